// Kafka's primitive types on the wire: taking a message apart and putting one together.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partwise::protocol {

using Uuid = std::array<std::uint8_t, 16>;

/// A stretch of bytes that someone else owns and that outlives the message it is part of.
struct Slice {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

/// Takes a message apart, field by field. Reading past the end, a negative length or a count that
/// the rest cannot hold yields zeros and empty values and clears ok(): ask it once at the end.
///
/// `flexible` messages (KIP-482) have compact lengths and tagged fields.
///
/// threads: one at a time; the views that it gives live as long as the bytes
class Reader {
 public:
  explicit Reader(std::string_view bytes, bool flexible = false)
      : bytes_(bytes), flexible_(flexible) {}

  bool boolean() { return int8() != 0; }
  std::int8_t int8() { return static_cast<std::int8_t>(number(1)); }
  std::int16_t int16() { return static_cast<std::int16_t>(number(2)); }
  std::int32_t int32() { return static_cast<std::int32_t>(number(4)); }
  std::int64_t int64() { return static_cast<std::int64_t>(number(8)); }
  Uuid uuid();
  std::uint32_t unsigned_varint();

  /// A null text is empty.
  std::string_view text() { return nullable_text().value_or(std::string_view{}); }
  std::optional<std::string_view> nullable_text();
  std::string_view bytes() { return nullable_bytes().value_or(std::string_view{}); }
  std::optional<std::string_view> nullable_bytes();

  /// The count of an array's elements; -1 for a null array. At most as many as bytes are left.
  std::int32_t array();

  /// Calls `element` for each element of an array; none for a null array.
  template <class Element>
  void each(Element element) {
    const auto count = array();
    for (std::int32_t i = 0; i < count && ok_; ++i) element();
  }

  /// Steps over the tagged fields of a flexible message.
  void tags();

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool flexible() const { return flexible_; }
  void set_flexible(bool flexible) { flexible_ = flexible; }
  [[nodiscard]] std::string_view rest() const { return bytes_; }

 private:
  std::uint64_t number(std::size_t size);
  std::string_view take(std::size_t size);
  std::optional<std::string_view> sized(std::int64_t size);
  void give_up();

  std::string_view bytes_;
  bool flexible_;
  bool ok_ = true;
};

/// A finished message: its own bytes with slices of others between them.
class Message {
 public:
  struct Insertion {
    std::size_t at = 0;  ///< of the own bytes, behind which the slice comes
    Slice slice;
  };

  Message() = default;
  Message(std::string own, std::vector<Insertion> insertions);

  /// The same with `head` before it.
  [[nodiscard]] Message behind(std::string_view head) const;

  /// units: bytes, slices included
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The pieces in order; they live as long as the message.
  [[nodiscard]] std::vector<std::string_view> pieces() const;
  /// In one piece.
  [[nodiscard]] std::string text() const;

 private:
  std::string own_;
  std::vector<Insertion> insertions_;
  std::size_t size_ = 0;
};

/// Puts a message together, big-endian. Names follow Reader's.
class Writer {
 public:
  explicit Writer(bool flexible = false) : flexible_(flexible) {}

  void boolean(bool x) { int8(x ? 1 : 0); }
  void int8(std::int8_t x) { own_ += static_cast<char>(x); }
  void int16(std::int16_t x) { number(static_cast<std::uint16_t>(x), 2); }
  void int32(std::int32_t x) { number(static_cast<std::uint32_t>(x), 4); }
  void int64(std::int64_t x) { number(static_cast<std::uint64_t>(x), 8); }
  void uuid(const Uuid& x);
  void unsigned_varint(std::uint32_t x);

  void text(std::string_view x);
  void nullable_text(const std::optional<std::string_view>& x);
  void bytes(std::string_view x);
  /// A bytes field whose content is not copied.
  void slices(std::vector<Slice> parts);
  /// Content only, without a length.
  void raw(std::string_view x) { own_ += x; }

  /// The count before an array's elements.
  void array(std::size_t count);
  void null_array();

  template <class Range, class Element>
  void each(const Range& range, Element element) {
    array(std::size(range));
    for (const auto& item : range) element(item);
  }

  /// No tagged fields, where the message is flexible.
  void tags() {
    if (flexible_) own_ += '\0';
  }

  [[nodiscard]] bool flexible() const { return flexible_; }
  void set_flexible(bool flexible) { flexible_ = flexible; }
  [[nodiscard]] const std::string& own() const { return own_; }
  Message message() && { return {std::move(own_), std::move(insertions_)}; }

 private:
  void number(std::uint64_t x, int size) {
    for (int i = size - 1; i >= 0; --i) own_ += static_cast<char>(x >> (8 * i));
  }
  void length(std::size_t size, int width);
  void no_length(int width);

  std::string own_;
  std::vector<Message::Insertion> insertions_;
  bool flexible_;
};

}  // namespace partwise::protocol
