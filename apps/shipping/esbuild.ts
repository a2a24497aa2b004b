/** esbuild, loaded and run only while something is built. */
import type * as Esbuild from "esbuild";

let users = 0;

/** esbuild's process would stay as long as this one, and all that is built here shares it: the last one stops it. */
export async function withEsbuild<Built>(use: (esbuild: typeof Esbuild) => Promise<Built>): Promise<Built> {
  const esbuild = await import("esbuild");
  users++;
  try {
    return await use(esbuild);
  } finally {
    users--;
    if (users === 0) await esbuild.stop();
  }
}
