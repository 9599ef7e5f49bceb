/** A tool as it is offered to a model: JSON Schema of an object for its parameters. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** The tools that change files; a model is offered the one it does best with, and write_file beside it. */
export type EditTool = "edit_file" | "apply_patch" | "write_file";

/** The small part of JSON Schema that tool parameters use. */
interface JsonSchema {
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly additionalProperties?: boolean;
}
