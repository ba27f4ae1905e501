#include "protocol/record_batch.h"

#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "protocol/crc32c.h"

namespace partwise::protocol {
namespace {

/// Where a number of type T lies in a batch, big endian.
template <class T>
struct Field {
  std::size_t at;

  [[nodiscard]] T in(std::string_view batch) const {
    std::make_unsigned_t<T> value = 0;
    for (const char byte : batch.substr(at, sizeof(T))) {
      value = static_cast<std::make_unsigned_t<T>>((std::uint64_t{value} << 8) |
                                                   static_cast<unsigned char>(byte));
    }
    return static_cast<T>(value);
  }

  void set(std::span<char> batch, T value) const {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const auto shift = 8 * (sizeof(T) - 1 - i);
      batch[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
    }
  }
};

constexpr Field<std::int64_t> base_offset{0};
constexpr Field<std::int32_t> length{8};  // of what follows it
constexpr Field<std::int32_t> leader_epoch{12};
constexpr Field<std::int8_t> magic{16};
constexpr Field<std::uint32_t> crc{17};
constexpr Field<std::int16_t> attributes{21};
constexpr Field<std::int32_t> last_offset_delta{23};
constexpr Field<std::int64_t> base_timestamp{27};
constexpr Field<std::int64_t> max_timestamp{35};
constexpr Field<std::int64_t> producer_id{43};
constexpr Field<std::int16_t> producer_epoch{51};
constexpr Field<std::int32_t> base_sequence{53};
constexpr Field<std::int32_t> record_count{57};

constexpr std::size_t before_length_counts = 12;
constexpr std::size_t checked_from = attributes.at;
// Length, attributes, two deltas, two absent byte strings, no headers: a byte each.
constexpr std::size_t least_record = 7;

std::uint32_t computed_crc(std::string_view batch) { return crc32c(batch.substr(checked_from)); }

std::string_view view(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

tl::unexpected<Error> refused(const BatchHeader& header, const std::string& why) {
  return fail(ErrorKind::invalid_input,
              fmt::format("a batch of {} records was refused: {}", header.record_count, why));
}

Result<> check_counts(const BatchHeader& header) {
  const std::int64_t offsets = std::int64_t{header.last_offset_delta} + 1;
  if (header.record_count <= 0 || header.record_count != offsets) {
    return refused(header, fmt::format("it has {} offsets", offsets));
  }
  const auto room = header.size - batch_header_size;
  const auto count = static_cast<std::size_t>(header.record_count);
  if (header.codec() == Codec::none && count > room / least_record) {
    return refused(header, fmt::format("they cannot lie in {} bytes", room));
  }
  return {};
}

Result<> check_timestamps(const BatchHeader& header) {
  if (header.log_append_time()) return refused(header, "only a broker sets the log append time");
  if (header.base_timestamp < -1 || header.max_timestamp < header.base_timestamp) {
    return refused(header, fmt::format("its timestamps begin at {} and reach {}",
                                       header.base_timestamp, header.max_timestamp));
  }
  return {};
}

}  // namespace

Result<std::optional<std::size_t>> batch_size(std::string_view bytes) {
  if (bytes.size() < before_length_counts) return std::nullopt;
  const std::int64_t size = static_cast<std::int64_t>(before_length_counts) + length.in(bytes);
  if (std::cmp_less(size, batch_header_size)) {
    return fail(ErrorKind::corrupt,
                fmt::format("a record batch says that it has {} bytes; the least is {}", size,
                            batch_header_size));
  }
  return static_cast<std::size_t>(size);
}

namespace {

// `kind`: of the error when the format is not ours, or when the batch is not all there.
Result<> check_extent(std::string_view bytes, ErrorKind kind) {
  // In the old formats, too, byte 16 is the magic; their lengths may be less than our header.
  if (bytes.size() > magic.at && magic.in(bytes) != 2) {
    return fail(kind, fmt::format("a record batch has magic {}; only 2 is known", magic.in(bytes)),
                "use a client of Kafka 0.11 or newer");
  }
  const auto size = TRY(batch_size(bytes));
  if (!size || *size > bytes.size()) {
    return fail(kind, fmt::format("a record batch of {} bytes ends after {}",
                                  size.value_or(batch_header_size), bytes.size()));
  }
  return {};
}

}  // namespace

Result<BatchHeader> parse_batch(std::string_view bytes) {
  TRY(check_extent(bytes, ErrorKind::corrupt));
  BatchHeader header;
  header.base_offset = base_offset.in(bytes);
  header.size = before_length_counts + static_cast<std::size_t>(length.in(bytes));
  header.leader_epoch = leader_epoch.in(bytes);
  header.magic = magic.in(bytes);
  header.crc = crc.in(bytes);
  header.attributes = attributes.in(bytes);
  header.last_offset_delta = last_offset_delta.in(bytes);
  header.base_timestamp = base_timestamp.in(bytes);
  header.max_timestamp = max_timestamp.in(bytes);
  header.producer_id = producer_id.in(bytes);
  header.producer_epoch = producer_epoch.in(bytes);
  header.base_sequence = base_sequence.in(bytes);
  header.record_count = record_count.in(bytes);
  return header;
}

bool crc_matches(std::string_view batch) {
  CHECK(batch.size() >= batch_header_size);
  return crc.in(batch) == computed_crc(batch);
}

Result<BatchHeader> produced_batch(std::string_view bytes) {
  TRY(check_extent(bytes, ErrorKind::invalid_input));
  const BatchHeader header = TRY(parse_batch(bytes));
  if (!crc_matches(bytes.substr(0, header.size))) {
    return fail(ErrorKind::corrupt,
                fmt::format("the checksum {:08x} of a batch of {} bytes does not match them",
                            header.crc, header.size));
  }
  if (!header.codec()) {
    return refused(header, fmt::format("{} is no codec", header.attributes & 7));
  }
  if (header.control()) return refused(header, "only a broker writes control records");
  if (header.producer_id >= 0 && header.base_sequence < 0) {
    return refused(header, fmt::format("producer {} sent no sequence", header.producer_id));
  }
  TRY(check_counts(header));
  TRY(check_timestamps(header));
  return header;
}

void write_header(std::span<char> batch, const BatchHeader& header) {
  CHECK(batch.size() >= batch_header_size);
  CHECK(batch.size() <= std::numeric_limits<std::int32_t>::max());
  base_offset.set(batch, header.base_offset);
  length.set(batch, static_cast<std::int32_t>(batch.size() - before_length_counts));
  leader_epoch.set(batch, header.leader_epoch);
  magic.set(batch, header.magic);
  attributes.set(batch, header.attributes);
  last_offset_delta.set(batch, header.last_offset_delta);
  base_timestamp.set(batch, header.base_timestamp);
  max_timestamp.set(batch, header.max_timestamp);
  producer_id.set(batch, header.producer_id);
  producer_epoch.set(batch, header.producer_epoch);
  base_sequence.set(batch, header.base_sequence);
  record_count.set(batch, header.record_count);
  crc.set(batch, computed_crc(view(batch)));
}

void set_base_offset(std::span<char> batch, std::int64_t offset, std::int32_t epoch) {
  CHECK(batch.size() >= batch_header_size);
  base_offset.set(batch, offset);
  leader_epoch.set(batch, epoch);
}

void set_log_append_time(std::span<char> batch, std::int64_t timestamp) {
  CHECK(batch.size() >= batch_header_size);
  const auto old = attributes.in(view(batch));
  attributes.set(batch, static_cast<std::int16_t>(old | log_append_time_bit));
  max_timestamp.set(batch, timestamp);
  crc.set(batch, computed_crc(view(batch)));
}

}  // namespace partwise::protocol
