/**
 * In place of the compiler, which takes a second to load: Pulumi's SDK loads it into every suite, to serialize
 * functions, and no program here has any.
 */
export {};
