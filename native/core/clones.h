// One build serves every x86-64 machine: loops are compiled for three generations and chosen at
// load.
#pragma once

#if defined(__x86_64__)
#define ROENTGEN_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define ROENTGEN_CLONES
#endif
