#include "core/io/torch_file.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/torch_pickle.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <algorithm>
#include <array>
#include <caffe2/serialize/inline_container.h>
#include <cstring>
#include <map>
#include <string_view>

namespace roentgen {
namespace {

constexpr std::string_view zipMagic = "PK\3\4";
// A pickle of the number that torch.save began with; as the length of a safetensors header it would
// be 5 · 10¹⁸.
constexpr std::string_view oldMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46";

bool startsWith(const std::string& path, std::string_view magic) {
  const FileReader file(path);
  if (file.size() < magic.size()) return false;
  std::string first(magic.size(), '\0');
  file.read(first.data(), first.size(), 0);
  return first == magic;
}

using Reader = caffe2::serialize::PyTorchStreamReader;

// Where each record's bytes lie, and how many there are.
using Records = std::map<const void*, size_t>;

c10::IValue unpickle(Reader& reader, Records& records) {
  const auto [data, size] = reader.getRecord("data.pkl");
  const std::string pickle = plainPickle({static_cast<const char*>(data.get()), size});
  size_t at = 0;
  const auto read = [&](char* buffer, size_t wanted) {
    const size_t count = std::min(wanted, pickle.size() - at);
    std::memcpy(buffer, pickle.data() + at, count);
    at += count;
    return count;
  };
  const auto readRecord = [&](const std::string& name) {
    auto [bytes, length] = reader.getRecord("data/" + name);
    records[bytes.get()] = length;
    return std::move(bytes);
  };
  torch::jit::Unpickler unpickler(read, /*type_resolver=*/nullptr, /*obj_loader=*/nullptr,
                                  readRecord, at::Device(at::kCPU));
  unpickler.set_version(reader.version());
  return unpickler.parse_ivalue();
}

// A dictionary may come with its attributes; see plainPickle.
c10::IValue withoutAttributes(const c10::IValue& value) {
  if (!value.isTuple()) return value;
  const auto& elements = value.toTupleRef().elements();
  return elements.size() == 2 && elements[0].isGenericDict() ? elements[0] : value;
}

c10::IValue findStateDictionary(const c10::IValue& root) {
  constexpr std::array<const char*, 3> entries{"state_dict", "model_state_dict", "model"};
  const auto top = withoutAttributes(root);
  if (!top.isGenericDict()) return top;
  const auto dictionary = top.toGenericDict();
  for (const char* entry : entries) {
    const auto found = dictionary.find(entry);
    if (found == dictionary.end()) continue;
    if (const auto inner = withoutAttributes(found->value()); inner.isGenericDict()) return inner;
  }
  return top;
}

}  // namespace

bool isTorchFile(const std::string& path) {
  return startsWith(path, zipMagic) || startsWith(path, oldMagic);
}

std::map<std::string, at::Tensor> readTorchFile(const std::string& path) {
  const auto fail = [&](const std::string& what) {
    throw Error("ERR_INVALID_FILE", text(path, ": ", what));
  };
  if (startsWith(path, oldMagic)) {
    fail("is of the time before PyTorch 1.6: read it with Python's torch.load and save it again");
  }
  std::map<std::string, at::Tensor> tensors;
  try {
    Reader reader(path);
    Records records;
    const auto state = findStateDictionary(unpickle(reader, records));
    if (state.isGenericDict()) {
      for (const auto& entry : state.toGenericDict()) {
        if (!entry.key().isString() || !entry.value().isTensor()) continue;
        const auto& name = entry.key().toStringRef();
        const auto& tensor = tensors[name] = entry.value().toTensor();
        // LibTorch believes what the pickle says of a record's length.
        const auto& storage = tensor.storage();
        const auto record = records.find(storage.data());
        const size_t there = record == records.end() ? 0 : record->second;
        if (storage.nbytes() > there) fail(text(name, " claims more bytes than the file has"));
      }
    }
  } catch (const Error& error) {
    fail(error.what());
  } catch (const c10::Error& error) {
    fail(text("cannot be read as a file of torch.save: ",
              std::string(error.what_without_backtrace()).substr(0, 200)));
  } catch (const std::exception& error) {
    fail(text("cannot be read as a file of torch.save: ", error.what()));
  }
  if (tensors.empty())
    fail("holds no state dictionary: save it with torch.save(model.state_dict(), file)");
  return tensors;
}

}  // namespace roentgen
