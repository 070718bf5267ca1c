#include "core/io/json.h"

#include "core/error.h"

#include <charconv>
#include <unordered_set>

namespace roentgen {
namespace {

class Parser {
 public:
  Parser(std::string_view text, int maxDepth) : text_(text), maxDepth_(maxDepth) {}

  Json document() {
    Json value = parseValue(0);
    skipSpace();
    if (at_ != text_.size()) fail("something follows the JSON value");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error("ERR_INVALID_FILE", text("JSON: ", what, " at byte ", at_));
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  void expect(char c) {
    if (at_ >= text_.size() || text_[at_] != c) fail(text("expected '", c, "'"));
    ++at_;
  }

  bool accept(char c) {
    skipSpace();
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  bool acceptWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Json parseValue(int depth) {
    if (depth > maxDepth_) fail("nested too deeply");
    skipSpace();
    switch (peek()) {
      case '{':
        return parseObject(depth);
      case '[':
        return parseArray(depth);
      case '"':
        return Json(parseString());
      default:
        break;
    }
    if (acceptWord("true")) return Json(true);
    if (acceptWord("false")) return Json(false);
    if (acceptWord("null")) return Json(nullptr);
    return parseNumber();
  }

  Json parseObject(int depth) {
    expect('{');
    Json::Object object;
    std::unordered_set<std::string> seen;
    if (accept('}')) return Json(std::move(object));
    do {
      skipSpace();
      std::string key = parseString();
      if (!seen.insert(key).second) fail(text("duplicate key ", quoteJson(key)));
      skipSpace();
      expect(':');
      object.emplace_back(std::move(key), parseValue(depth + 1));
    } while (accept(','));
    skipSpace();
    expect('}');
    return Json(std::move(object));
  }

  Json parseArray(int depth) {
    expect('[');
    Json::Array array;
    if (accept(']')) return Json(std::move(array));
    do {
      array.push_back(parseValue(depth + 1));
    } while (accept(','));
    skipSpace();
    expect(']');
    return Json(std::move(array));
  }

  Json parseNumber() {
    const size_t start = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      fail("expected a value");
    }
    bool integral = true;
    if (peek() == '.') {
      integral = false;
      ++at_;
      if (!digits()) fail("expected digits after '.'");
    }
    if (peek() == 'e' || peek() == 'E') {
      integral = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) fail("expected digits in the exponent");
    }
    const char* first = text_.data() + start;
    const char* last = text_.data() + at_;
    if (integral) {
      int64_t value = 0;
      if (std::from_chars(first, last, value).ec == std::errc()) return Json(value);
    }
    double value = 0;
    if (std::from_chars(first, last, value).ec != std::errc()) fail("number out of range");
    return Json(value);
  }

  bool digits() {
    const size_t start = at_;
    while (peek() >= '0' && peek() <= '9')
      ++at_;
    return at_ > start;
  }

  std::string parseString() {
    expect('"');
    std::string out;
    while (true) {
      if (at_ >= text_.size()) fail("unterminated string");
      const auto c = static_cast<unsigned char>(text_[at_++]);
      if (c == '"') return out;
      if (c < 0x20) fail("control character in a string");
      if (c == '\\') {
        parseEscape(out);
      } else if (c < 0x80) {
        out.push_back(static_cast<char>(c));
      } else {
        parseUtf8(c, out);
      }
    }
  }

  void parseEscape(std::string& out) {
    const char c = peek();
    ++at_;
    static constexpr std::string_view names = "\"\\/bfnrt";
    static constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (const size_t i = names.find(c); i != std::string_view::npos && c != '\0') {
      out.push_back(values[i]);
      return;
    }
    if (c != 'u') fail("unknown escape");
    uint32_t code = hex4();
    if (code >= 0xD800 && code < 0xDC00) {
      if (!acceptWord("\\u")) fail("lone surrogate");
      const uint32_t low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) fail("lone surrogate");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
      fail("lone surrogate");
    }
    appendUtf8(code, out);
  }

  uint32_t hex4() {
    uint32_t code = 0;
    const auto part = text_.substr(at_, 4);
    const auto result = std::from_chars(part.data(), part.data() + part.size(), code, 16);
    if (part.size() != 4 || result.ptr != part.data() + 4) fail("expected four hexadecimal digits");
    at_ += 4;
    return code;
  }

  static void appendUtf8(uint32_t code, std::string& out) {
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out.push_back(static_cast<char>(0xC0 | (code >> 6)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | (code >> 12)));
      out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else {
      out.push_back(static_cast<char>(0xF0 | (code >> 18)));
      out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
      out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
  }

  // Copies one multi-byte character, refusing overlong forms, surrogates and stray bytes.
  void parseUtf8(unsigned char lead, std::string& out) {
    const int extra = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0;
    if (extra == 0 || lead > 0xF4) fail("invalid UTF-8");
    uint32_t code = lead & (0x3F >> extra);
    for (int i = 0; i < extra; ++i) {
      const auto c = static_cast<unsigned char>(peek());
      if ((c & 0xC0) != 0x80) fail("invalid UTF-8");
      code = (code << 6) | (c & 0x3F);
      ++at_;
    }
    static constexpr uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    if (code < smallest[extra] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      fail("invalid UTF-8");
    }
    appendUtf8(code, out);
  }

  std::string_view text_;
  int maxDepth_;
  size_t at_ = 0;
};

}  // namespace

Json Json::parse(std::string_view text, int maxDepth) {
  return Parser(text, maxDepth).document();
}

bool Json::number(double& out) const {
  if (const auto* i = integer()) {
    out = static_cast<double>(*i);
    return true;
  }
  if (const auto* d = std::get_if<double>(&value_)) {
    out = *d;
    return true;
  }
  return false;
}

const Json* Json::find(std::string_view key) const {
  if (const auto* members = object()) {
    for (const auto& [name, value] : *members) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

std::string quoteJson(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace roentgen
