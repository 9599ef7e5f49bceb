export type { Io } from "./io.ts";
export { runProgram } from "./program.ts";
