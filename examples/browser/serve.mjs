/** Serves the example with a model: `node examples/browser/serve.mjs MODEL.onnx [PORT]`. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const [model = 'model.onnx', port = '8000'] = process.argv.slice(2);
const root = join(import.meta.dirname, '../..');
const served = /^\/(examples\/browser|node_modules\/onnxruntime-web\/dist)\//;
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  const file = path === '/model.onnx' ? model : served.test(path) ? join(root, path) : null;
  const bytes = file && (await readFile(file).catch(() => null));
  if (!bytes) return response.writeHead(404).end();
  response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
  response.end(bytes);
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/examples/browser/index.html`);
});
