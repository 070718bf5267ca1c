#include "binding/failure.h"

#include "core/error.h"

#include <c10/util/Exception.h>

#include <new>

namespace roentgen::binding {

Failure currentFailure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what()};
  } catch (const c10::OutOfMemoryError& error) {
    return {"ERR_OUT_OF_MEMORY", error.what_without_backtrace()};
  } catch (const c10::NotImplementedError& error) {
    return {"ERR_UNSUPPORTED", error.what_without_backtrace()};
  } catch (const c10::AcceleratorError& error) {
    return {"ERR_DEVICE", error.what_without_backtrace()};
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    // The CPU allocator has no exception class of its own.
    const bool memory = message.find("can't allocate memory") != std::string::npos;
    return {memory ? "ERR_OUT_OF_MEMORY" : "ERR_TORCH", message};
  } catch (const std::bad_alloc&) {
    return {"ERR_OUT_OF_MEMORY", "Memory ran out"};
  } catch (const std::exception& error) {
    return {"ERR_INTERNAL", error.what()};
  } catch (...) {
    return {"ERR_INTERNAL", "An unknown C++ exception was thrown"};
  }
}

Napi::Error toError(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, failure.code));
  return error;
}

}  // namespace roentgen::binding
