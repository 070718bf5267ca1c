// The JavaScript face of core's Group.
#pragma once

#include "binding/handle.h"
#include "core/distributed/group.h"

#include <napi.h>

#include <memory>

namespace roentgen::binding {

class GroupWrap : public Napi::ObjectWrap<GroupWrap>, Counted<GroupWrap> {
 public:
  // Adds joinGroup to what the addon exports.
  static void define(Napi::Env env, Napi::Object exports);
  static int live() { return count; }
  // Null for undefined.
  static std::shared_ptr<Group> unwrap(const Napi::Value& value);

  explicit GroupWrap(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  static Napi::Value join(const Napi::CallbackInfo& info);
  Napi::Value broadcast(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  struct Shared {
    std::shared_ptr<Group> group;
    SerialExecutor executor;
  };
  Holder<Shared> shared_;
};

}  // namespace roentgen::binding
