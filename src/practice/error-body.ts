/** In the shape of llama.cpp's errors. */
export function errorBody(code: number, type: string, message: string) {
  return { error: { code, message, type } };
}
