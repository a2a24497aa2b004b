/**
 * The fences between the rooms (docs/architecture.md). Type imports count like any other: a folder that names another
 * one's types knows it.
 */
const tests = "(^testing/|^infra/testing\\.ts$|\\.test\\.ts$|^tests/|^bench/)";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "What imports each other can't be read, tested or changed apart.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "region-is-composed-by-start-alone",
      comment: "Whoever needs something of the region takes it as a narrow interface of its own.",
      severity: "error",
      from: { path: "^local/", pathNot: [tests, "^local/start\\.ts$"] },
      to: { path: "^local/region\\.ts$" },
    },
    {
      name: "services-apart",
      comment: "What a service needs of another one, region.ts hands in.",
      severity: "error",
      from: { path: "^local/services/([^/]+)/", pathNot: tests },
      to: { path: "^local/services/", pathNot: "^local/services/$1/" },
    },
    {
      name: "api-knows-no-service",
      severity: "error",
      from: { path: "^local/api/", pathNot: tests },
      to: { path: "^local/", pathNot: "^local/(api/|(clock|identifiers)\\.ts$)" },
    },
    {
      name: "network-knows-no-service",
      severity: "error",
      from: { path: "^local/network/", pathNot: tests },
      to: { path: "^local/", pathNot: "^local/(network/|(clock|identifiers)\\.ts$)" },
    },
    {
      name: "hosts-know-no-service",
      severity: "error",
      from: { path: "^local/hosts/", pathNot: tests },
      to: { path: "^local/", pathNot: "^local/(hosts/|network/|(clock|identifiers)\\.ts$)" },
    },
    {
      name: "services-know-only-what-is-below",
      severity: "error",
      from: { path: "^local/services/", pathNot: tests },
      to: {
        path: "^local/",
        pathNot: "^local/(services/|api/|network/|hosts/|(alarm-state|clock|identifiers)\\.ts$)",
      },
    },
    {
      name: "page-watches-from-above",
      comment: "It sees the region through an interface of its own.",
      severity: "error",
      from: { path: "^local/page/", pathNot: tests },
      to: {
        path: "^local/",
        pathNot: "^local/(page/|services/|api/|network/|hosts/|(alarm-state|clock|identifiers)\\.ts$)",
      },
    },
    {
      name: "page-in-the-browser",
      comment: "What runs in a browser shares types with the server, and nothing else.",
      severity: "error",
      from: { path: "^local/page/client/", pathNot: tests },
      to: { path: "^(apps|infra|local)/", pathNot: "^local/page/(client/|events\\.ts$)" },
    },
    {
      name: "cli-knows-no-service",
      severity: "error",
      from: { path: "^local/cli/", pathNot: tests },
      to: { path: "^local/(api|services|pulumi/resources)/" },
    },
    {
      name: "only-program-knows-the-program",
      comment: "The region runs any program; local/program.ts is where it knows this one.",
      severity: "error",
      from: { path: "^local/(services|network|api|cli|page|pulumi)/", pathNot: tests },
      to: { path: "^(apps|infra)/" },
    },
    {
      name: "program-knows-no-region",
      comment: "What is declared and what runs on hosts is the same on AWS.",
      severity: "error",
      from: { path: "^(apps|infra)/", pathNot: tests },
      to: { path: "^local/" },
    },
    {
      name: "apps-know-no-infra",
      severity: "error",
      from: { path: "^apps/", pathNot: tests },
      to: { path: "^infra/" },
    },
    {
      name: "ops-ask-over-http",
      comment:
        "What an operator runs knows of a region only what AWS shows too. Of local/, it shares the command line and evaluates programs.",
      severity: "error",
      from: { path: "^ops/", pathNot: tests },
      to: { path: "^local/", pathNot: "^local/(cli/|pulumi/(evaluate|stack)\\.ts$)" },
    },
    {
      name: "nothing-stands-on-ops",
      severity: "error",
      from: { path: "^(apps|infra|local)/", pathNot: tests },
      to: { path: "^ops/" },
    },
    {
      name: "production-without-tests",
      severity: "error",
      from: { path: "^(apps|infra|local|ops)/", pathNot: tests },
      to: { path: tests },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    includeOnly: "^(apps|infra|local|ops|testing|tests|bench)/",
  },
};
