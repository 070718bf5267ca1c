#include "binding/group.h"

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/failure.h"
#include "binding/operation.h"

#include <ATen/Functions.h>

#include <cstring>

namespace roentgen::binding {
namespace {

constexpr napi_type_tag groupTag = {0x3c7be90d41f2a586, 0x84d05a6f97c21be3};

GroupOptions readGroupOptions(const Options& options) {
  return {.address = options.string("address"),
          .port = static_cast<uint16_t>(options.integer("port", 1)),
          .rank = static_cast<int>(options.integer("rank", 0)),
          .size = static_cast<int>(options.integer("size", 1)),
          .hosted = options.flag("hosted"),
          .name = options.string("name"),
          .timeout = std::chrono::milliseconds(options.integer("timeoutMs", 1))};
}

// The first process's words, in all of them.
std::string broadcastText(const Group& group, const std::string& words) {
  const auto length = at::full({1}, static_cast<int64_t>(words.size()), at::kLong);
  group.broadcast(length);
  auto bytes = at::empty({length.item<int64_t>()}, at::kByte);
  if (group.rank() == 0) std::memcpy(bytes.mutable_data_ptr(), words.data(), words.size());
  group.broadcast(bytes);
  return {static_cast<const char*>(bytes.const_data_ptr()), static_cast<size_t>(bytes.numel())};
}

}  // namespace

void GroupWrap::define(Napi::Env env, Napi::Object exports) {
  environment(env).group =
      Napi::Persistent(DefineClass(env, "Group",
                                   {InstanceMethod("broadcast", &GroupWrap::broadcast),
                                    InstanceMethod("dispose", &GroupWrap::dispose)}));
  exports.Set("joinGroup", Napi::Function::New(env, &GroupWrap::join, "joinGroup"));
}

GroupWrap::GroupWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  info.This().As<Napi::Object>().TypeTag(&groupTag);
}

void GroupWrap::Finalize(Napi::BasicEnv env) {
  shared_.dispose(Napi::Env(env));
}

std::shared_ptr<Group> GroupWrap::unwrap(const Napi::Value& value) {
  if (value.IsUndefined()) return nullptr;
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&groupTag)) {
    throw Error("ERR_INVALID_ARGUMENT", "Expected a Group for group");
  }
  return Unwrap(value.As<Napi::Object>())->shared_.get()->group;
}

// Arguments of the call: { address, port, rank, size, hosted, name, timeoutMs }.
Napi::Value GroupWrap::join(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto options = readGroupOptions(Options(info[0]));
    const auto shared = std::make_shared<Shared>();
    return startOperation(
        info.Env(), shared->executor,
        [=](const Cancellation&, const ProgressCallback&) -> Deliver {
          shared->group = Group::join(options);
          return [shared](Napi::Env env) {
            Napi::Object object = environment(env).group.New({});
            Unwrap(object)->shared_.set(shared, env, 0);
            return object;
          };
        },
        info.Env().Undefined());
  });
}

// Arguments of the call: the words, of which only those of rank 0 count.
Napi::Value GroupWrap::broadcast(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto shared = shared_.get();
    const std::string words = stringArgument(info, 0, "words");
    return startOperation(
        info.Env(), shared->executor,
        [=](const Cancellation&, const ProgressCallback&) -> Deliver {
          const auto heard = broadcastText(*shared->group, words);
          return [heard](Napi::Env env) { return Napi::String::New(env, heard); };
        },
        info.Env().Undefined());
  });
}

Napi::Value GroupWrap::dispose(const Napi::CallbackInfo& info) {
  shared_.dispose(info.Env());
  return info.Env().Undefined();
}

}  // namespace roentgen::binding
