#include "protocol/compression.h"

#include <libdeflate.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/release.h"

namespace partwise::protocol {
namespace {

constexpr std::array<std::string_view, 5> names = {"none", "gzip", "snappy", "lz4", "zstd"};
// What is compressed here is made up on request: how small it gets matters less than how soon.
constexpr int quickest_level = 1;
constexpr std::size_t most_bytes = std::numeric_limits<std::int32_t>::max();

tl::unexpected<Error> damaged(Codec codec, std::string_view what) {
  return fail(ErrorKind::corrupt, fmt::format("{} data are damaged: {}", name_of(codec), what));
}

tl::unexpected<Error> too_large(Codec codec, std::size_t compressed_size, std::size_t limit) {
  return fail(ErrorKind::limit, fmt::format("{} bytes of {} data hold more than {} bytes",
                                            compressed_size, name_of(codec), limit));
}

/// What a decoder has written so far: grows by doubling, to one byte above the limit, so that an
/// output of just the limit is told from one that goes on.
class Output {
 public:
  Output(std::size_t expected, std::size_t limit)
      : limit_(std::min(limit, most_bytes)), bytes_(std::min(expected, limit_ + 1), '\0') {}

  std::span<char> room() {
    if (used_ == bytes_.size()) bytes_.resize(std::min(2 * bytes_.size(), limit_ + 1));
    return std::span(bytes_).subspan(used_);
  }
  void keep(std::size_t written) { used_ += written; }
  [[nodiscard]] bool too_large() const { return used_ > limit_; }
  std::string taken() && {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  std::size_t limit_;
  std::string bytes_;
  std::size_t used_ = 0;
};

struct Step {
  std::size_t read = 0;
  std::size_t written = 0;
  bool stream_ended = false;
};

/// `decode`(input, room) -> Result<Step>, until all input is read and its last stream has ended.
template <class Decode>
Result<std::string> decoded(Codec codec, std::string_view bytes, std::size_t limit,
                            Decode&& decode) {
  constexpr std::size_t usual_ratio = 4;
  Output output(std::max<std::size_t>(512, usual_ratio * bytes.size()), limit);
  std::string_view rest = bytes;
  bool ended = false;
  while (!ended || !rest.empty()) {
    const Step step = TRY(decode(rest, output.room()));
    rest.remove_prefix(step.read);
    output.keep(step.written);
    if (output.too_large()) return too_large(codec, bytes.size(), limit);
    ended = step.stream_ended;
    if (!ended && step.read == 0 && step.written == 0) return damaged(codec, "they end early");
  }
  return std::move(output).taken();
}

z_stream gzip_input(std::string_view bytes) {
  z_stream stream{};
  // zlib declares its input without const, and never writes to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  return stream;
}

std::string gzip_compressed(std::string_view bytes) {
  // Kept, as zstd's: to set one up costs as much as a small batch does.
  thread_local const std::unique_ptr<libdeflate_compressor, Release<libdeflate_free_compressor>>
      compressor(libdeflate_alloc_compressor(quickest_level));
  CHECK(compressor);
  std::string output(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  const auto size = libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(),
                                             output.data(), output.size());
  CHECK(size > 0);
  output.resize(size);
  return output;
}

Result<std::string> gzip_decompressed(std::string_view bytes, std::size_t limit) {
  constexpr int gzip_or_zlib_window = MAX_WBITS + 32;
  z_stream stream{};
  CHECK(inflateInit2(&stream, gzip_or_zlib_window) == Z_OK);
  const std::unique_ptr<z_stream, Release<inflateEnd>> end(&stream);
  return decoded(
      Codec::gzip, bytes, limit, [&](std::string_view input, std::span<char> room) -> Result<Step> {
        const z_stream source = gzip_input(input);
        stream.next_in = source.next_in;
        stream.avail_in = source.avail_in;
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = static_cast<uInt>(room.size());
        const int status = inflate(&stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
          return damaged(Codec::gzip, stream.msg == nullptr ? "no such stream" : stream.msg);
        }
        const Step step{input.size() - stream.avail_in, room.size() - stream.avail_out,
                        status == Z_STREAM_END};
        if (step.stream_ended) inflateReset(&stream);
        return step;
      });
}

// Snappy's densest element turns 3 bytes into 64: a longer length is a lie, not worth its memory.
constexpr std::size_t snappy_ratio = 22;

Result<> append_snappy_block(std::string_view block, std::size_t limit, std::string& output) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(block.data(), block.size(), &size) ||
      size > snappy_ratio * block.size()) {
    return damaged(Codec::snappy, "a block's length is wrong");
  }
  if (size > limit - output.size()) return too_large(Codec::snappy, block.size(), limit);
  const auto start = output.size();
  output.resize(start + size);
  if (!snappy::RawUncompress(block.data(), block.size(), output.data() + start)) {
    return damaged(Codec::snappy, "a block cannot be read");
  }
  return {};
}

std::uint32_t big_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (const char byte : four) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

/// xerial's framing: the magic, two version numbers of 4 bytes, then blocks behind their length.
Result<std::string> snappy_decompressed(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view magic("\x82SNAPPY\0", 8);
  constexpr std::size_t framing_size = 16;
  std::string output;
  if (!bytes.starts_with(magic)) {
    TRY(append_snappy_block(bytes, limit, output));
    return output;
  }
  if (bytes.size() < framing_size) return damaged(Codec::snappy, "they end early");
  bytes.remove_prefix(framing_size);
  while (!bytes.empty()) {
    if (bytes.size() < 4) return damaged(Codec::snappy, "they end early");
    const std::size_t size = big_endian(bytes.substr(0, 4));
    bytes.remove_prefix(4);
    if (size > bytes.size()) return damaged(Codec::snappy, "a block ends early");
    TRY(append_snappy_block(bytes.substr(0, size), limit, output));
    bytes.remove_prefix(size);
  }
  return output;
}

std::string snappy_compressed(std::string_view bytes) {
  std::string output;
  snappy::Compress(bytes.data(), bytes.size(), &output);
  return output;
}

std::string lz4_compressed(std::string_view bytes) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  std::string output(LZ4F_compressFrameBound(bytes.size(), &preferences), '\0');
  const auto size =
      LZ4F_compressFrame(output.data(), output.size(), bytes.data(), bytes.size(), &preferences);
  CHECK(LZ4F_isError(size) == 0);
  output.resize(size);
  return output;
}

Result<std::string> lz4_decompressed(std::string_view bytes, std::size_t limit) {
  LZ4F_dctx* raw = nullptr;
  CHECK(LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) == 0);
  const std::unique_ptr<LZ4F_dctx, Release<LZ4F_freeDecompressionContext>> context(raw);
  return decoded(
      Codec::lz4, bytes, limit, [&](std::string_view input, std::span<char> room) -> Result<Step> {
        std::size_t read = input.size();
        std::size_t written = room.size();
        const auto expected =
            LZ4F_decompress(context.get(), room.data(), &written, input.data(), &read, nullptr);
        if (LZ4F_isError(expected) != 0) {
          return damaged(Codec::lz4, LZ4F_getErrorName(expected));
        }
        return Step{read, written, expected == 0};
      });
}

std::string zstd_compressed(std::string_view bytes) {
  thread_local const std::unique_ptr<ZSTD_CCtx, Release<ZSTD_freeCCtx>> context(ZSTD_createCCtx());
  CHECK(context);
  std::string output(ZSTD_compressBound(bytes.size()), '\0');
  const auto size = ZSTD_compressCCtx(context.get(), output.data(), output.size(), bytes.data(),
                                      bytes.size(), quickest_level);
  CHECK(ZSTD_isError(size) == 0);
  output.resize(size);
  return output;
}

Result<std::string> zstd_decompressed(std::string_view bytes, std::size_t limit) {
  const std::unique_ptr<ZSTD_DCtx, Release<ZSTD_freeDCtx>> context(ZSTD_createDCtx());
  CHECK(context != nullptr);
  return decoded(Codec::zstd, bytes, limit,
                 [&](std::string_view input, std::span<char> room) -> Result<Step> {
                   ZSTD_inBuffer in{input.data(), input.size(), 0};
                   ZSTD_outBuffer out{room.data(), room.size(), 0};
                   const auto expected = ZSTD_decompressStream(context.get(), &out, &in);
                   if (ZSTD_isError(expected) != 0) {
                     return damaged(Codec::zstd, ZSTD_getErrorName(expected));
                   }
                   return Step{in.pos, out.pos, expected == 0};
                 });
}

}  // namespace

std::string_view name_of(Codec codec) { return names[static_cast<std::size_t>(codec)]; }

std::optional<Codec> codec_named(std::string_view name) {
  const auto* const found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::nullopt
                              : codec_numbered(static_cast<int>(found - names.begin()));
}

std::optional<Codec> codec_numbered(int number) {
  if (number < 0 || number >= std::ssize(names)) return std::nullopt;
  return static_cast<Codec>(number);
}

Result<std::string> compressed(Codec codec, std::string_view bytes) {
  if (bytes.size() > most_bytes) {
    return fail(ErrorKind::limit,
                fmt::format("{} bytes are more than a batch holds ({})", bytes.size(), most_bytes));
  }
  switch (codec) {
    case Codec::none:
      return std::string(bytes);
    case Codec::gzip:
      return gzip_compressed(bytes);
    case Codec::snappy:
      return snappy_compressed(bytes);
    case Codec::lz4:
      return lz4_compressed(bytes);
    case Codec::zstd:
      return zstd_compressed(bytes);
  }
  CHECK(false);
}

Result<std::string> decompressed(Codec codec, std::string_view bytes, std::size_t limit) {
  if (bytes.size() > most_bytes) return too_large(codec, bytes.size(), most_bytes);
  switch (codec) {
    case Codec::none:
      if (bytes.size() > limit) return too_large(codec, bytes.size(), limit);
      return std::string(bytes);
    case Codec::gzip:
      return gzip_decompressed(bytes, limit);
    case Codec::snappy:
      return snappy_decompressed(bytes, limit);
    case Codec::lz4:
      return lz4_decompressed(bytes, limit);
    case Codec::zstd:
      return zstd_decompressed(bytes, limit);
  }
  CHECK(false);
}

}  // namespace partwise::protocol
