/** What `load.ts` is without the addon: Node's own start. */
process.stdout.write(`${process.version}\n`);
