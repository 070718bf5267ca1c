/** A busy neighbor: one thread that never rests, until it is killed. */
for (;;);
