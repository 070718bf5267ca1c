// What belongs to one JavaScript environment (the main thread, or a worker): never in statics.
#pragma once

#include <napi.h>

#include <memory>
#include <set>

namespace roentgen::binding {

class Operation;

struct Environment {
  Napi::FunctionReference dataset;  // constructors
  Napi::FunctionReference network;
  Napi::FunctionReference compiledNetwork;
  Napi::FunctionReference group;
  std::set<std::shared_ptr<Operation>> operations;  // that have not been delivered
};

inline Environment& environment(Napi::Env env) {
  return *env.GetInstanceData<Environment>();
}

}  // namespace roentgen::binding
