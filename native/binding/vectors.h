// The JavaScript face of what is computed of vectors alone.
#pragma once

#include <napi.h>

namespace roentgen::binding {

// Adds findNeighbors and principalComponents to what the addon exports.
void defineVectors(Napi::Env env, Napi::Object exports);

}  // namespace roentgen::binding
