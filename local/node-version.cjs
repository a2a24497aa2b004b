/**
 * Ends with one sentence on a Node that is too old. Loaded before everything else, some of which wouldn't even load
 * there, and written in what old versions can read.
 */
"use strict";

var needed = require("../package.json").engines.node.replace(">=", "").split(".").map(Number);
var actual = process.versions.node.split(".").map(Number);

if (actual[0] < needed[0] || (actual[0] === needed[0] && actual[1] < needed[1])) {
  console.error("This needs Node " + needed.join(".") + " or newer; this is " + process.version + ".");
  process.exit(1);
}
