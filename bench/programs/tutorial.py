"""The data-access service as users write it by hand: FastAPI, a lock, and a file that each read opens."""

import asyncio
import os

from fastapi import FastAPI

app = FastAPI()
lock = asyncio.Lock()
path = os.path.join(os.environ["BENCH_FOLDER"], "seed.txt")


@app.get("/")
async def read():
    async with lock:
        if not os.path.exists(path):
            return 0
        with open(path) as file:
            return file.read()
