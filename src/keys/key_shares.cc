#include "keys/key_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace partwise::keys {
namespace {

// Shares typed in decimals sum to 1 only about.
constexpr double rounding_slack = 1e-9;
static_assert(keys_max <= 10'000'000);  // numbers have seven digits

// "key-000123". Every record asks for one: fmt takes three times as long.
std::string numbered(std::int64_t i) {
  std::string text = i < 1'000'000 ? "key-000000" : "key-0000000";
  for (std::size_t at = text.size(); i > 0; i /= 10) text[--at] = static_cast<char>('0' + i % 10);
  return text;
}

tl::unexpected<Error> wrong(std::string message, std::string hint) {
  return fail(ErrorKind::invalid_input, std::move(message), std::move(hint));
}

Result<> check_count(const KeySpec& spec, std::int64_t least) {
  if (spec.count >= least && spec.count <= keys_max) return {};
  return wrong(fmt::format("{} keys are not possible", spec.count),
               fmt::format("{} to {} keys", least, keys_max));
}

double sum_of_hot(const KeySpec& spec) {
  return std::accumulate(spec.hot.begin(), spec.hot.end(), 0.0,
                         [](double sum, const HotKeyShare& key) { return sum + key.share; });
}

Result<> check_names(const KeySpec& spec) {
  std::set<std::string_view> names;
  for (const auto& key : spec.hot) {
    if (!names.insert(key.name).second) {
      return wrong(fmt::format("the hot key '{}' is named twice", key.name), "name each key once");
    }
  }
  // No more of the numbered names can be meant than there are hot keys.
  for (const auto& key : spec.hot) {
    if (!key.name.starts_with("key-")) continue;
    const auto digits = key.name.substr(4);
    if (digits.empty() || digits.size() > 8 ||
        !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      continue;
    }
    const std::int64_t i = std::stoll(digits);
    if (i < spec.count && key.name == numbered(i)) {
      return wrong(fmt::format("the hot key '{}' has the name of one of the others", key.name),
                   "the others are named key-000000, key-000001, ...: choose another name");
    }
  }
  return {};
}

Result<> check_hot(const KeySpec& spec) {
  TRY(check_count(spec, 0));
  if (spec.hot.empty()) return wrong("no hot key is given", "name at least one with its share");
  for (const auto& key : spec.hot) {
    if (key.share > 0 && key.share <= 1) continue;
    return wrong(
        fmt::format("a share of {} for the hot key '{}' is not possible", key.share, key.name),
        "a share is above 0 and at most 1");
  }
  TRY(check_names(spec));
  const double sum = sum_of_hot(spec);
  if (sum > 1 + rounding_slack) {
    return wrong(fmt::format("the shares of the hot keys sum to {:.6g}", sum), "at most 1");
  }
  if (spec.count == 0 && sum < 1 - rounding_slack) {
    return wrong(
        fmt::format("the hot keys have {:.6g} of the records, and no other key has the rest", sum),
        "shares that sum to 1, or others above 0");
  }
  if (spec.count > 0 && sum > 1 - rounding_slack) {
    return wrong(fmt::format("the hot keys leave nothing to the {} others", spec.count),
                 "shares that sum to less than 1, or no others");
  }
  return {};
}

double zipf_weight(std::int64_t key, double exponent) {
  return std::pow(static_cast<double>(key + 1), -exponent);
}

double zipf_unit(const KeySpec& spec) {
  double sum = 0;
  // The small ones first, so that they are not lost beside the large.
  for (std::int64_t key = spec.count - 1; key >= 0; --key) sum += zipf_weight(key, spec.exponent);
  return 1 / sum;
}

}  // namespace

Result<KeyShares> KeyShares::from(const KeySpec& spec) {
  KeyShares shares;
  shares.spec_ = spec;
  switch (spec.shape) {
    case KeyShape::none:
      return shares;
    case KeyShape::uniform:
      TRY(check_count(spec, 1));
      shares.unit_ = 1 / static_cast<double>(spec.count);
      break;
    case KeyShape::zipf:
      TRY(check_count(spec, 1));
      if (!std::isfinite(spec.exponent) || spec.exponent < 0 || spec.exponent > zipf_exponent_max) {
        return wrong(fmt::format("an exponent of {} is not possible", spec.exponent),
                     fmt::format("0 (all alike) to {}", zipf_exponent_max));
      }
      shares.unit_ = zipf_unit(spec);
      break;
    case KeyShape::hot:
      TRY(check_hot(spec));
      if (spec.count > 0) shares.unit_ = (1 - sum_of_hot(spec)) / static_cast<double>(spec.count);
      break;
  }
  shares.size_ = spec.count + (spec.shape == KeyShape::hot ? std::ssize(spec.hot) : 0);
  return shares;
}

std::string KeyShares::text(std::int64_t key) const {
  if (spec_.shape != KeyShape::hot) return numbered(key);
  const auto named = std::ssize(spec_.hot);
  return key < named ? spec_.hot[static_cast<std::size_t>(key)].name : numbered(key - named);
}

double KeyShares::share(std::int64_t key) const {
  if (spec_.shape == KeyShape::zipf) return unit_ * zipf_weight(key, spec_.exponent);
  if (spec_.shape != KeyShape::hot || key >= std::ssize(spec_.hot)) return unit_;
  return spec_.hot[static_cast<std::size_t>(key)].share;
}

std::size_t KeyShares::longest() const {
  std::size_t most = spec_.count > 0 ? numbered(spec_.count - 1).size() : 0;
  for (const auto& key : spec_.hot) most = std::max(most, key.name.size());
  return size_ == 0 ? 0 : most;
}

std::vector<std::int64_t> KeyShares::heaviest(int count) const {
  // Behind the hot ones, shares never rise with the number.
  const auto candidates = std::min(size_, std::ssize(spec_.hot) + count);
  std::vector<std::int64_t> keys(static_cast<std::size_t>(candidates));
  std::iota(keys.begin(), keys.end(), std::int64_t{0});
  std::stable_sort(keys.begin(), keys.end(),
                   [this](std::int64_t x, std::int64_t y) { return share(x) > share(y); });
  if (std::ssize(keys) > count) keys.resize(static_cast<std::size_t>(count));
  return keys;
}

}  // namespace partwise::keys
