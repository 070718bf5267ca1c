// Every C++ exception becomes a code of src/native/errors.ts and one sentence without a C++ stack.
#pragma once

#include <napi.h>

#include <string>

namespace roentgen::binding {

struct Failure {
  std::string code;
  std::string message;
};

// Call inside a catch block.
Failure currentFailure();

// A JavaScript Error with a `code`.
Napi::Error toError(Napi::Env env, const Failure& failure);

// Runs `body` and rethrows whatever it throws as a JavaScript error.
template <typename Body>
auto guarded(Napi::Env env, const Body& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw toError(env, currentFailure());
  }
}

}  // namespace roentgen::binding
