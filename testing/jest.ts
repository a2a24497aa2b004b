/** Runs Jest by jest.config.ts. Jest on Node 20 reads no TypeScript without a loader; tsx, which starts this, is one. */
import { run } from "jest";
import config from "../jest.config";
import { removeAbandonedFolders } from "./folders";

removeAbandonedFolders();

// The tests also run on Node 20, whatever later versions of AWS's SDK will need.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

void run(["--config", JSON.stringify(config), ...process.argv.slice(2)]);
