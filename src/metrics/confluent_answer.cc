#include "metrics/confluent_answer.h"

#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "http/json_path.h"

namespace partwise::metrics {
namespace {

using nlohmann::json;

constexpr std::string_view metric_prefix = "io.confluent.kafka.server/";
constexpr std::string_view label_prefix = "metric.";

Error not_an_answer(std::string_view body) {
  return {ErrorKind::corrupt,
          fmt::format("the answer is not a JSON object with a list of data, it begins with \"{}\"",
                      quotable(body.substr(0, 100))),
          "is this the address of the Confluent Cloud Metrics API?", ""};
}

std::optional<Instant> time_in(std::string text) {
  if (text.ends_with("+00:00")) text.replace(text.size() - 6, 6, "Z");
  const auto time = instant_from_text(text);
  if (!time) return std::nullopt;
  return *time;
}

/// Takes the parts of a page as the parser comes across them.
class PageReader final : public nlohmann::json_sax<json> {
 public:
  explicit PageReader(const Wanted& wanted) : wanted_(wanted) {}

  [[nodiscard]] bool has_data() const { return has_data_; }
  MetricPage taken() { return std::move(page_); }

  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool binary(binary_t&) override { return scalar(); }
  bool number_integer(number_integer_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& value) override;
  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool start_object(std::size_t) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override {
    places_.pop_back();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  /// What is being read; `other` is whatever nobody asked for.
  enum class Place { document, data, item, points, point, meta, pagination, other };

  [[nodiscard]] std::optional<Place> place() const {
    return places_.empty() ? std::nullopt : std::optional(places_.back());
  }
  bool scalar();
  bool number(double value);
  void finish_point();
  void finish_item();

  const Wanted& wanted_;
  std::vector<Place> places_;
  std::string key_;
  bool has_data_ = false;
  bool has_points_ = false;  // of the item
  MetricSeries series_;
  std::int64_t unusable_ = 0;  // points of the item
  std::optional<Instant> time_;
  std::optional<double> value_;
  MetricPage page_;
};

bool PageReader::start_object(std::size_t) {
  auto next = Place::other;
  if (!place()) {
    next = Place::document;
  } else if (place() == Place::document && key_ == "meta") {
    next = Place::meta;
  } else if (place() == Place::meta && key_ == "pagination") {
    next = Place::pagination;
  } else if (place() == Place::data) {
    next = Place::item;
    series_ = {};
    has_points_ = false;
    unusable_ = 0;
  } else if (place() == Place::points) {
    next = Place::point;
  }
  if (next == Place::item || next == Place::point) {
    time_.reset();
    value_.reset();
  }
  places_.push_back(next);
  return true;
}

bool PageReader::end_object() {
  const auto ended = places_.back();
  places_.pop_back();
  if (ended == Place::point) finish_point();
  if (ended == Place::item) finish_item();
  return true;
}

bool PageReader::start_array(std::size_t) {
  auto next = Place::other;
  if (place() == Place::document && key_ == "data") {
    next = Place::data;
    has_data_ = true;
  } else if (place() == Place::item && key_ == "points") {
    next = Place::points;
    has_points_ = true;
  } else if (place() == Place::points) {
    ++unusable_;
  }
  places_.push_back(next);
  return true;
}

bool PageReader::scalar() {
  if (place() == Place::points) ++unusable_;
  return true;
}

bool PageReader::number(double value) {
  const bool of_point = place() == Place::item || place() == Place::point;
  if (of_point && key_ == "value") value_ = value;
  if (place() == Place::item && key_ == "metric.partition" && value >= 0 && value < 1e9) {
    series_.partition = static_cast<int>(value);
  }
  return scalar();
}

bool PageReader::string(string_t& value) {
  const bool of_point = place() == Place::item || place() == Place::point;
  if (of_point && key_ == "timestamp") time_ = time_in(value);
  if (place() == Place::item && key_ == "metric.topic") series_.topic = value;
  if (place() == Place::item && key_ == "metric.partition") {
    std::from_chars(value.data(), value.data() + value.size(), series_.partition);
  }
  if (place() == Place::pagination && key_ == "next_page_token") {
    page_.next_token = value;
  }
  return scalar();
}

void PageReader::finish_point() {
  if (time_ && value_ && *value_ >= 0) {
    series_.points.push_back({*time_, *value_});
  } else {
    ++unusable_;
  }
}

// A group with its points, or a point with its labels. Labels may stand behind the points.
void PageReader::finish_item() {
  if (!has_points_) finish_point();
  if (!wanted_(series_.topic)) return;
  page_.unusable += unusable_;
  if (!series_.points.empty()) page_.series.push_back(std::move(series_));
}

std::string without(std::string_view prefix, std::string_view name) {
  return std::string(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
}

}  // namespace

Result<MetricPage> page_from(std::string_view body, const Wanted& wanted) {
  PageReader reader(wanted);
  if (!json::sax_parse(body, &reader) || !reader.has_data()) {
    return tl::unexpected(not_an_answer(body));
  }
  return reader.taken();
}

Result<DescriptorPage> descriptors_from(std::string_view body) {
  const auto document = json::parse(body, nullptr, false);
  const auto* data = http::value_at(document, {"data"});
  if (data == nullptr || !data->is_array()) return tl::unexpected(not_an_answer(body));
  DescriptorPage page;
  page.next_token = http::text_at(document, {"meta", "pagination", "next_page_token"});
  for (const auto& item : *data) {
    const auto name = http::text_at(item, {"name"});
    if (!name.starts_with(metric_prefix)) continue;
    MetricDescriptor metric{without(metric_prefix, name), {}};
    if (const auto* labels = http::value_at(item, {"labels"});
        labels != nullptr && labels->is_array()) {
      for (const auto& label : *labels) {
        metric.labels.push_back(without(label_prefix, http::text_at(label, {"key"})));
      }
    }
    page.metrics.push_back(std::move(metric));
  }
  return page;
}

}  // namespace partwise::metrics
