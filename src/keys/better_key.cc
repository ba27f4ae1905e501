#include "keys/better_key.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace partwise::keys {
namespace {

using Scores = std::vector<FieldScore>;

constexpr std::size_t fields_most = 50;
constexpr double coverage_least = 0.01;
constexpr double clear_factor = 1.1;
constexpr double steady_least = 0.99;
constexpr double others_least = 1;

bool is_present_key(const FieldScore& score) { return score.fields.empty(); }

// The score without stability.
double evenness(const FieldScore& score) {
  return score.distinct == 0 ? 0 : score.coverage / score.max_over_mean;
}

// By chance the CV is the root of P / K', with K' equal keys: twice as many of them is half its
// square.
bool is_clearly_more_even(const FieldScore& x, const FieldScore& y) {
  if (evenness(x) < clear_factor * evenness(y) || x.distinct == 0) return false;
  const double squares[] = {x.cv_percent_by_chance * x.cv_percent_by_chance,
                            y.cv_percent_by_chance * y.cv_percent_by_chance};
  return 2 * squares[0] <= squares[1] || x.coverage > clear_factor * y.coverage;
}

// A pair is more trouble than a field: it has to be worth it.
bool is_worth_telling(const FieldScore& score, const Scores& all) {
  if (is_present_key(score)) return true;
  if (score.coverage < coverage_least) return false;
  if (score.fields.size() == 1) return true;
  return std::none_of(all.begin(), all.end(), [&](const FieldScore& one) {
    return one.fields.size() == 1 &&
           std::count(score.fields.begin(), score.fields.end(), one.fields[0]) > 0 &&
           (score.score <= clear_factor * one.score || !is_clearly_more_even(score, one));
  });
}

bool keeps_order(const FieldScore& score) { return score.stability.value_or(1) >= steady_least; }

bool is_finer(const FieldScore& score, double others_alike) {
  return score.within_key.value_or(0) >= steady_least && others_alike >= others_least;
}

/// Finds what to advise, and says it.
class Adviser {
 public:
  Adviser(BetterKey& found, const Scores& all) : found_(found), all_(all) {
    const auto at = std::find_if(all.begin(), all.end(), is_present_key);
    present_ = at == all.end() ? nullptr : &*at;
  }

  void advise() {
    const auto* best = best_field();
    if (best != nullptr) found_.better = best->fields;
    found_.advice = present_ == nullptr ? without_keys(best) : instead_of_present(best);
  }

 private:
  // A single field, if one will do.
  [[nodiscard]] const FieldScore* best_field() const {
    for (const std::size_t fields : {1U, 2U}) {
      const FieldScore* best = nullptr;
      for (const auto& score : all_) {
        if (score.fields.size() != fields || !may_be_advised(score)) continue;
        if (best == nullptr || evenness(score) > evenness(*best)) best = &score;
      }
      if (best != nullptr) return best;
    }
    return nullptr;
  }

  // Without keys: what has at least as many equal values as there are partitions.
  [[nodiscard]] bool may_be_advised(const FieldScore& score) const {
    const auto others = found_.others_alike(score);
    if (present_ == nullptr) return others >= others_least && score.cv_percent_by_chance <= 100;
    return is_clearly_more_even(score, *present_) &&
           (keeps_order(score) || is_finer(score, others));
  }

  [[nodiscard]] static std::string name_of(const FieldScore& score) {
    std::vector<std::string> names;
    for (const auto& field : score.fields) names.push_back(quotable(field));
    return joined(names, " with ");
  }

  [[nodiscard]] static std::string without_keys(const FieldScore* best) {
    if (best == nullptr) return "no record has a key, and no field would serve as one";
    return fmt::format(
        "no record has a key: {} would serve as one, with {:.2f} times the mean in the fullest "
        "partition",
        name_of(*best), best->max_over_mean);
  }

  [[nodiscard]] std::string instead_of_present(const FieldScore* best) const {
    if (best == nullptr) return "no field would be a better key than the present one";
    auto text = fmt::format(
        "{} would be a better key than the present one: {:.2f} times the mean in the fullest "
        "partition, not {:.2f}",
        name_of(*best), best->max_over_mean, present_->max_over_mean);
    if (best->coverage > clear_factor * present_->coverage) {
      text += fmt::format(", and {} % of the records have it, not {}",
                          percent_text(best->coverage, 0), percent_text(present_->coverage, 0));
    }
    return text + "; " + order_text(*best);
  }

  [[nodiscard]] std::string order_text(const FieldScore& best) const {
    if (!best.stability) {
      return "whether what is in order now would stay so is not known: no key comes twice";
    }
    if (keeps_order(best)) {
      return fmt::format("what is in order by the present key would stay so, by {}",
                         counted_text(found_.repeated_keys, "key"));
    }
    return "it is finer: records of one value would stay in order, those of one present key no "
           "longer";
  }

  BetterKey& found_;
  const Scores& all_;
  const FieldScore* present_ = nullptr;
};

Scores worth_telling(const Scores& all, const std::vector<std::string>& better) {
  Scores told;
  std::size_t fields = 0;
  for (const auto& score : all) {
    const bool always = is_present_key(score) || score.fields == better;
    if (!always && (!is_worth_telling(score, all) || ++fields > fields_most)) continue;
    told.push_back(score);
  }
  return told;
}

// Of all records that were read: no more values than these, and where all were drawn no others.
double values_at_least(const FieldScore& score, const BetterKey& found) {
  if (found.fraction == 1) return static_cast<double>(score.distinct);
  const auto read = score.coverage * static_cast<double>(found.records) / found.fraction;
  return std::min(score.distinct_at_least, read);
}

}  // namespace

const FieldScore* BetterKey::present() const {
  const auto found = std::find_if(scores.begin(), scores.end(), is_present_key);
  return found == scores.end() ? nullptr : &*found;
}

double BetterKey::others_alike(const FieldScore& score) const {
  return score.others_alike / fraction;
}

std::optional<BetterKey> better_key(const JsonDraw& draw, int partitions) {
  const auto rank = field_rank(draw.records().records(), draw.of_same_keys().records(), partitions);
  if (rank.records == 0) return std::nullopt;
  BetterKey found;
  found.partitions = partitions;
  found.fraction = draw.records().fraction();
  found.records = rank.records;
  found.not_json = rank.others + draw.records().left_out();
  found.repeated_keys = rank.repeated_keys;
  Adviser(found, rank.scores).advise();
  found.scores = worth_telling(rank.scores, found.better);
  for (auto& score : found.scores) score.distinct_at_least = values_at_least(score, found);
  return found;
}

}  // namespace partwise::keys
