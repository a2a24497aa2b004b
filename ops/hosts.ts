import { command, commonHelp, exitCodes } from "./command";

export const hosts = command({
  help: `Lists the instances.

Usage: npm run hosts -- [options]

${commonHelp}`,
  options: {},
  run: async ({ deployment, print }) => {
    print(JSON.stringify((await deployment()).outputs.hosts));
    return exitCodes.ok;
  },
});
