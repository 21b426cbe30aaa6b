"""What the results support: one Analysis, which every mark, note, sentence and picture reads.

From design to test ("difference" is a - b; the interval always inverts the test that gives p, so it
leaves zero out exactly where the unadjusted p is below alpha):

    replicated        matched by      on one dataset       average over the fixed datasets
    ----------------  --------------  -------------------  ----------------------------------
    seeds             nothing         Welch t              stratified Welch t
    seeds             pair_by "seed"  paired t             paired t on seed averages where
                                                           seeds are shared over datasets,
                                                           else stratified paired t
    seeds, one run    nothing         Welch t              Welch t on run averages
     measured on
     all datasets     pair_by "seed"  paired t             paired t on run averages
    seeds x tasks     either          as above             IQM, median or optimality gap on
     (aggregate)                                           request: bootstrap t within tasks
    seeds x examples  example id      two-way t: both are drawn anew (crossed.py)
    examples, 0/1     example id      McNemar mid-p        stratified paired t
                                       or exact
    examples, graded  example id      sign-flip            stratified paired t
    examples in       example id      clustered paired t   stratified clustered paired t
     clusters                          (CR2), scaled
                                       where unequal
    examples, items   example id      as above             clustered paired t: differences of
     in many datasets                                      an item (or cluster) are summed
     (named alike,                                         over the datasets first
      not counted)
    examples, sums    example id      studentised          the same, datasets drawn apart
     (F1, BLEU, ...)                   bootstrap of sums
    examples          none matches    Welch t; 0/1: two    stratified Welch t, likewise
                                       answers added
    folds, mean of    pair_by "fold"  corrected resampled  stratified, the same
     the seeds on it  or nothing       t, or unpaired
    datasets          dataset         -                    from 10 on Wilcoxon's signed rank
     (a sample)                                            or Nemenyi, below the sign-flip of
                                                           the mean; Friedman before
    printed means     -               Welch t from mean,   stratified Welch t
     with n                            spread and n
    shares with n     -               bounds on McNemar    bounds on the stratified paired
                                       over all pairings    t over all pairings (shares.py)
    one run a cell    -               untested             untested

- Stratified: variances of the datasets add, degrees of freedom by Satterthwaite. Where these are
  too many (few and unequal replicates), each mean keeps its own t quantile (sums.py), of three
  datasets or more each difference its own df (means.py). Matched answers all alike on one dataset
  only: two more; where nothing matches two more always (added.py).
- The comparison over the datasets is primary; with one dataset that dataset's comparison is.
  Primary comparisons are corrected over one family of all primary metrics, or one of each metric
  (design.family): ours against each baseline where roles are given, otherwise all pairs. Holm;
  Bonferroni, Benjamini-Hochberg, single-step max-T (simultaneous intervals), Romano-Wolf, none.
  Comparisons on one of several datasets are secondary: intervals, no verdict that anybody marks.
- Better, worse or different: p (adjusted where primary) is below alpha. Equivalent: the two
  one-sided tests at the declared margin succeed, corrected likewise; it may hold beside a
  difference. Undecidable: fewer than two replicates, no spread, or the smallest p that the data
  could have given is not below alpha after the correction. Untested: one run a cell. All else:
  inconclusive, with what the interval excludes.
- Detectable: the difference found with power .8 at the first step of the family, alpha over its
  size for every correction (max-T and Romano-Wolf ask for a little less), with n, spread and df as
  they came out. What another n would find is planned (plan.py, outlook.py; reached.py for the df
  that a study finds itself).
- Clustered: CR2 with Bell and McCaffrey's degrees of freedom (CR1 and G - 1 for G equal clusters);
  where sizes are so unequal that its size is not near .05, scaled to it (unequal.py).
- Sizes at nominal .05 and coverage of every path, simulated or enumerated: docs/error-rates.md,
  which tests/stats/test_rates.py holds. Welch is .023 with 2 seeds, .038 with 3, .050 with 5;
  paired t .05. Above nominal: Welch .061 where two seeds vary ten times as much as the others; t
  of exponential paired differences .12 with 5, .073 with 30; their sign-flip .095 with 10; mid-p
  given how many disagree, .077 for 16 (.050 while at most half of the examples do).
"""

from paperforge.stats.beside import beside
from paperforge.stats.decide import analyse
from paperforge.stats.needs import NEEDS, supply
from paperforge.stats.steps import curves

__all__ = ["NEEDS", "analyse", "beside", "curves", "supply"]
