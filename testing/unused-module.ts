/**
 * In place of what Pulumi's SDK loads into every suite and no program here uses, which takes seconds: the compiler and the
 * libraries with which it serializes functions, and gRPC, by which it would speak to an engine.
 */
export {};
