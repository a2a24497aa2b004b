/** The page's files, built for the browser at the first visit. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildOptions, OutputFile } from "esbuild";

export interface Asset {
  type: string;
  body: string | Uint8Array;
}

/** Bundles and minifies, in memory. */
export type Build = (options: BuildOptions) => Promise<OutputFile[]>;

const clientFolder = join(__dirname, "client");

const options: BuildOptions = {
  format: "iife",
  platform: "browser",
  target: ["es2022"],
};

/** By path. Each is built once; what fails to build is tried again at the next request. */
export class Bundle {
  private readonly assets = new Map<string, Promise<Asset>>();

  constructor(
    private readonly build: Build,
    private readonly folder = clientFolder,
  ) {}

  private readonly builders: Record<string, () => Promise<Asset>> = {
    "/": async () => ({
      type: "text/html; charset=utf-8",
      body: await readFile(join(this.folder, "page.html")),
    }),
    "/page.js": async () => ({
      type: "text/javascript; charset=utf-8",
      body: await this.built("main.ts"),
    }),
    "/page.css": async () => ({ type: "text/css; charset=utf-8", body: await this.built("page.css") }),
  };

  has(path: string): boolean {
    return Object.hasOwn(this.builders, path);
  }

  /** @throws esbuild's BuildFailure, and for a path that it doesn't have */
  get(path: string): Promise<Asset> {
    const cached = this.assets.get(path) ?? this.builders[path]?.();
    if (!cached) throw new Error(`there is no ${path}`);
    this.assets.set(path, cached);
    cached.catch(() => this.assets.delete(path));
    return cached;
  }

  private async built(entry: string): Promise<Uint8Array> {
    const [output] = await this.build({ ...options, entryPoints: [join(this.folder, entry)] });
    if (!output) throw new Error(`esbuild made nothing of ${entry}`);
    return output.contents;
  }
}
