/** Loads TypeScript by tsx, and JavaScript by Node: tsx would also parse each file of each package. */
const loadJavaScript = require.extensions[".js"];
require("tsx/cjs");
require.extensions[".js"] = loadJavaScript;
