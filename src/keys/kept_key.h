// A key as sketches keep it: whole if it is short, else by its head and its hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace partwise::keys {

class ByteReader;
class ByteWriter;

/// Keys of one topic can have a megabyte each: so of a longer key than `longest` bytes only its
/// first ones are kept. Such keys are told apart by their 64-bit hashes.
struct KeptKey {
  static constexpr std::size_t longest = 256;

  std::uint64_t hash = 0;
  std::uint32_t size = 0;  ///< bytes of the whole key
  std::string head;        ///< the first `longest` bytes at most

  /// `hash` is key_hash(key). Keys of more than 4 GiB are no keys.
  static KeptKey of(std::string_view key, std::uint64_t hash);

  [[nodiscard]] bool whole() const { return head.size() == size; }
  /// Whether it is this key: by its hash, which two of ten million keys share once in 300,000
  /// topics.
  [[nodiscard]] bool is(std::string_view key, std::uint64_t key_hash) const {
    return hash == key_hash && size == key.size();
  }
  [[nodiscard]] bool is(const KeptKey& other) const {
    return hash == other.hash && size == other.size && head == other.head;
  }
  /// What a text as long as `head` takes beside the struct.
  [[nodiscard]] std::size_t heap_bytes() const;

  void write(ByteWriter& out) const;
  static KeptKey read(ByteReader& in);
};

/// Beside a struct: what a string of `size` bytes takes of the heap, allocator and all.
constexpr std::size_t heap_bytes_of_text(std::size_t size) {
  constexpr std::size_t inside = 15;  // libstdc++ keeps these in the string itself
  constexpr std::size_t allocator = 16;
  return size <= inside ? 0 : size + 1 + allocator;
}

}  // namespace partwise::keys
