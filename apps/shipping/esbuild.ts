/** esbuild, loaded and run only while something is built. */
import type { BuildOptions, OutputFile } from "esbuild";

let builds = 0;

/**
 * Bundles and minifies, in memory.
 * @param options more of esbuild's
 * @throws esbuild's BuildFailure
 */
export async function build(options: BuildOptions): Promise<OutputFile[]> {
  const esbuild = await import("esbuild");
  builds++;
  try {
    const { outputFiles } = await esbuild.build({
      ...options,
      bundle: true,
      // Unminified output names its sources relative to the working folder.
      minify: true,
      write: false,
      legalComments: "none",
      logLevel: "silent",
    });
    return outputFiles;
  } finally {
    builds--;
    // Its process would stay as long as this one. All builds share it.
    if (builds === 0) await esbuild.stop();
  }
}
