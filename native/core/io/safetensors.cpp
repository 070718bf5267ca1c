#include "core/io/safetensors.h"

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/json.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

namespace roentgen {
namespace {

constexpr uint64_t maxHeaderBytes = 100'000'000;
constexpr int64_t maxDimension = int64_t{1} << 53;
constexpr size_t maxRank = 16;
constexpr size_t maxNameBytes = 1024;

struct DtypeName {
  std::string_view name;
  at::ScalarType type;
};
constexpr std::array dtypes{
    DtypeName{"F64", at::kDouble}, DtypeName{"I64", at::kLong},      DtypeName{"U64", at::kUInt64},
    DtypeName{"F32", at::kFloat},  DtypeName{"I32", at::kInt},       DtypeName{"U32", at::kUInt32},
    DtypeName{"F16", at::kHalf},   DtypeName{"BF16", at::kBFloat16}, DtypeName{"I16", at::kShort},
    DtypeName{"U16", at::kUInt16}, DtypeName{"I8", at::kChar},       DtypeName{"U8", at::kByte},
    DtypeName{"BOOL", at::kBool},
};

struct Entry {
  std::string name;
  at::ScalarType type;
  std::vector<int64_t> shape;
  uint64_t begin;
  uint64_t end;
};

struct Header {
  std::vector<Entry> entries;  // by offset
  std::map<std::string, std::string> metadata;
  uint64_t dataStart;
};

class HeaderReader {
 public:
  explicit HeaderReader(const FileReader& file) : file_(file) {}

  Header read() {
    const std::string json = readJson();
    std::optional<Json> document;
    try {
      document = Json::parse(json, 4);
    } catch (const Error& error) {
      fail(text("the header is not valid: ", error.what()));
    }
    Header header;
    header.dataStart = 8 + json.size();
    for (const auto& [name, value] : *document->object()) {
      if (name == "__metadata__") {
        header.metadata = readMetadata(value);
      } else {
        header.entries.push_back(readEntry(name, value));
      }
    }
    checkCoverage(header);
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error("ERR_INVALID_FILE", text(file_.path(), ": ", what));
  }
  [[noreturn]] void failTensor(const std::string& name, const std::string& what) const {
    fail(text("tensor ", quoteJson(name), ": ", what));
  }

  std::string readJson() const {
    if (file_.size() < 8) fail(text("too short for a header (", file_.size(), " bytes)"));
    uint64_t length = 0;
    file_.read(&length, 8, 0);
    if (length > maxHeaderBytes) fail(text("the header claims ", length, " bytes, too many"));
    if (length > file_.size() - 8) {
      fail(text("the header claims ", length, " bytes but only ", file_.size() - 8, " follow"));
    }
    if (length == 0) fail("the header is empty");
    std::string json(length, '\0');
    file_.read(json.data(), length, 8);
    if (json[0] != '{') fail("the header does not start with '{'");
    if (json.find_last_not_of(' ') == std::string::npos ||
        json[json.find_last_not_of(' ')] != '}') {
      fail("the header does not end with '}'");
    }
    return json;
  }

  std::map<std::string, std::string> readMetadata(const Json& value) const {
    if (!value.object()) fail("__metadata__ is not an object");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, entry] : *value.object()) {
      if (!entry.string()) fail(text("__metadata__ ", quoteJson(key), " is not a string"));
      metadata[key] = *entry.string();
    }
    return metadata;
  }

  Entry readEntry(const std::string& name, const Json& value) const {
    const bool control = std::any_of(name.begin(), name.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (name.empty() || name.size() > maxNameBytes || control) fail("a tensor has an invalid name");
    if (!value.object()) failTensor(name, "not an object");
    for (const auto& [key, member] : *value.object()) {
      if (key != "dtype" && key != "shape" && key != "data_offsets") {
        failTensor(name, text("unknown field ", quoteJson(key)));
      }
    }
    Entry entry{.name = name, .type = readDtype(name, value), .shape = {}, .begin = 0, .end = 0};
    const uint64_t bytes = readShape(value, entry);
    readRange(value, entry);
    if (entry.end - entry.begin != bytes) {
      failTensor(name, text("its shape needs ", bytes, " bytes but its range holds ",
                            entry.end - entry.begin));
    }
    return entry;
  }

  at::ScalarType readDtype(const std::string& name, const Json& value) const {
    const Json* dtype = value.find("dtype");
    if (!dtype || !dtype->string()) failTensor(name, "no dtype");
    for (const auto& known : dtypes) {
      if (known.name == *dtype->string()) return known.type;
    }
    failTensor(name, text("unsupported dtype ", quoteJson(*dtype->string())));
  }

  // Returns the number of bytes that the shape needs.
  uint64_t readShape(const Json& value, Entry& entry) const {
    const Json* shape = value.find("shape");
    if (!shape || !shape->array() || shape->array()->size() > maxRank) {
      failTensor(entry.name, "no shape, or too many dimensions");
    }
    uint64_t bytes = at::elementSize(entry.type);
    for (const Json& dimension : *shape->array()) {
      const int64_t* size = dimension.integer();
      if (!size || *size < 0 || *size > maxDimension) {
        failTensor(entry.name, "a dimension is not a non-negative integer");
      }
      entry.shape.push_back(*size);
      if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(*size), &bytes)) {
        failTensor(entry.name, "its shape overflows");
      }
    }
    return bytes;
  }

  void readRange(const Json& value, Entry& entry) const {
    const Json* offsets = value.find("data_offsets");
    if (!offsets || !offsets->array() || offsets->array()->size() != 2) {
      failTensor(entry.name, "data_offsets is not a pair");
    }
    const int64_t* begin = (*offsets->array())[0].integer();
    const int64_t* end = (*offsets->array())[1].integer();
    if (!begin || !end || *begin < 0 || *end < *begin) {
      failTensor(entry.name, "data_offsets are not increasing non-negative integers");
    }
    entry.begin = static_cast<uint64_t>(*begin);
    entry.end = static_cast<uint64_t>(*end);
  }

  // Ranges must follow each other from the first byte to the last.
  void checkCoverage(Header& header) const {
    auto& entries = header.entries;
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
    });
    uint64_t position = 0;
    for (const Entry& entry : entries) {
      if (entry.begin != position) {
        failTensor(entry.name, text("its range starts at ", entry.begin, " where ", position,
                                    " was expected (a hole or an overlap)"));
      }
      position = entry.end;
    }
    const uint64_t available = file_.size() - header.dataStart;
    if (position > available) {
      fail(text("truncated: ", position, " bytes of data expected, ", available, " found"));
    }
    if (position < available) {
      fail(text("over-long: ", available - position, " bytes follow the last tensor"));
    }
  }

  const FileReader& file_;
};

std::string_view dtypeName(const std::string& tensor, at::ScalarType type) {
  for (const auto& known : dtypes) {
    if (known.type == type) return known.name;
  }
  throw Error("ERR_INTERNAL",
              text("tensor ", tensor, " has a dtype that safetensors cannot store"));
}

}  // namespace

TensorFile readTensors(const std::string& path) {
  const FileReader file(path);
  Header header = HeaderReader(file).read();
  TensorFile out;
  out.metadata = std::move(header.metadata);
  for (const Entry& entry : header.entries) {
    at::Tensor tensor = at::empty(entry.shape, entry.type);
    file.read(tensor.data_ptr(), entry.end - entry.begin, header.dataStart + entry.begin);
    out.tensors.emplace(entry.name, std::move(tensor));
  }
  return out;
}

std::map<std::string, std::string> readTensorMetadata(const std::string& path) {
  return HeaderReader(FileReader(path)).read().metadata;
}

void writeTensors(const std::string& path, const TensorFile& file) {
  std::vector<std::pair<std::string, at::Tensor>> ordered;
  for (const auto& [name, tensor] : file.tensors) {
    ordered.emplace_back(name, tensor.detach().to(at::kCPU).contiguous());
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });

  std::string header = "{\"__metadata__\":{";
  for (const char* separator = ""; const auto& [key, value] : file.metadata) {
    header += text(separator, quoteJson(key), ":", quoteJson(value));
    separator = ",";
  }
  header += "}";
  uint64_t offset = 0;
  for (const auto& [name, tensor] : ordered) {
    header += text(",", quoteJson(name), ":{\"dtype\":\"", dtypeName(name, tensor.scalar_type()),
                   "\",\"shape\":[");
    for (int64_t i = 0; i < tensor.dim(); ++i)
      header += text(i ? "," : "", tensor.size(i));
    header += text("],\"data_offsets\":[", offset, ",", offset + tensor.nbytes(), "]}");
    offset += tensor.nbytes();
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > maxHeaderBytes) {
    throw Error("ERR_UNSUPPORTED",
                text(path, ": the header would exceed ", maxHeaderBytes, " bytes"));
  }

  AtomicFile out(path);
  const uint64_t length = header.size();
  out.write(&length, 8);
  out.write(header.data(), header.size());
  for (const auto& [name, tensor] : ordered)
    out.write(tensor.const_data_ptr(), tensor.nbytes());
  out.commit();
}

}  // namespace roentgen
