/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-tables.h"

#define ASPECT                                                                                     \
  "(?:,?\\s+(?:in terms of|with respect to|with regards? to|in regard to|regarding|"               \
  "concerning|"                                                                                    \
  "as regards|as to|when it comes to|on the basis of|based on|in view of|"                         \
  "considering)"                                                                                   \
  "\\s+(?<t>.+))?$"

#define NUMBER                                                                                     \
  "(?:\\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty|a few|a couple of|several)"

#define ADVANTAGES "advantages|pros|benefits|strengths|upsides|opportunities|merits|strong points"
#define DISADVANTAGES                                                                              \
  "disadvantages|cons|drawbacks|risks|weaknesses|downsides|limitations|threats|dangers|"           \
  "costs|"                                                                                         \
  "weak points|shortcomings"
#define OF "(?:\\s+(?<o>of|to|in|with|for|from|when|associated with)\\s+(?<x>.+))?$"

/* "our three supply contracts", by their common names. */
#define DOCUMENTS                                                                                  \
  "(?:(?:all|each|both)\\s+(?:of\\s+)?)?(?:(?:the|our|my|these|those|your|their)\\s+)?"            \
  "(?:(?:all|both)\\s+)?(?:" NUMBER "\\s+)?"                                                       \
  "(?:(?:given|attached|uploaded|various|different|draft|supply|service|rental|lease|"             \
  "employment|sales|purchase|framework|licen[cs]e|insurance|annual)\\s+)?"                         \
  "(?<d>contracts|agreements|offers|quotes|quotations|proposals|bids|tenders|documents|files|"     \
  "papers|reports|articles|studies|policies|leases|invoices|letters|minutes|manuals|"              \
  "statements|plans|drafts|versions|sources|texts)"
#define ABOUT                                                                                      \
  "(?:about|on|regarding|concerning|as\\s+to|in\\s+terms\\s+of|with\\s+(?:respect|regard)\\s+to|"  \
  "in\\s+regard\\s+to|when\\s+it\\s+comes\\s+to)"
#define TREAT "(?:handle|treat|deal\\s+with|address|cover|regulate|define)"

const SortieQuestionTable sortie_question_table_en = {
  .patterns = {
    [SORTIE_PATTERN_CONNECTIVE] = "^(?:and|also|then|first|next|finally|so|now)\\b[\\s,:]*",
    [SORTIE_PATTERN_OPENER] =
        "^(?:(?:please|kindly|hello|hi)\\b[\\s,!:]*|"
        "(?:could|can|would|will) you\\s+(?:please\\s+)?|"
        "i(?:'d|\\s+would)\\s+like\\s+(?:you\\s+)?to\\s+(?:know|understand|learn|see)?[\\s,:]*|"
        "(?:i|we)\\s+(?:want|need|wish)\\s+(?:you\\s+)?to\\s+(?:know|understand|learn)?[\\s,:]*|"
        "let\\s+(?:me|us)\\s+know\\s+(?:about\\s+)?|help\\s+(?:me|"
        "us)\\s+(?:to\\s+)?(?:understand\\s+)?|"
        "(?:i am|i'm|we are)\\s+interested\\s+in\\s+(?:knowing\\s+)?|tell\\s+(?:me|"
        "us)\\s+(?:about\\s+)?)",
    [SORTIE_PATTERN_REQUEST] =
        "^(?:explain|describe|summari[sz]e|outline|list|discuss|analy[sz]e|examine|investigate|"
        "identify|find(?:\\s+out)?|show|determine|define|assess|evaluate|report|write|prepare|"
        "create|draft|produce|give|provide|present|look\\s+(?:up|into|at|for)|compile|collect|"
        "explore|research|review|search(?:\\s+for)?|extract|study)\\b"
        "(?:\\s+(?:me|us|to me|briefly|shortly|in detail|carefully|please|up))*"
        "(?:\\s+(?:(?:an?|the|your|any|all)\\s+)?(?:(?:short|brief|concise|detailed|complete|"
        "clear|"
        "comprehensive|full|quick|cited|structured|simple|executive)[,\\s]+)*(?:reports?|summary|"
        "overview|introduction|explanation|description|analysis|account|essay|article|memo|"
        "briefing|"
        "outline|digest|information|details|everything)\\b(?:\\s+(?:about|on|of|for|to|regarding|"
        "concerning|covering|explaining|describing))?)?"
        "(?:\\s+(?:about|on|regarding|concerning))?(?:\\s+|$)",
    [SORTIE_PATTERN_QUESTION] =
        "^(?:(?:in|on|at|for|by|to|from|under|with|of|after|until)\\s+)?"
        "(?:what|which|who|whom|whose|when|where|why|how|whether)\\b|"
        "^(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|"
        "had)\\s",
    [SORTIE_PATTERN_LEAD] =
        "^(?:what\\s+(?:do|does|did)\\s+(?:the\\s+)?.{1,60}?\\s+(?:say|state|tell\\s+us|"
        "provide|require)"
        "\\s+(?:about|on|regarding|concerning)\\s+|"
        "(?:what|who|which)\\s+(?:is|are|was|were)\\s+(?:meant\\s+by\\s+)?(?:(?:the|an?)\\s+)?|"
        "(?:what|how)\\s+about\\s+)",
    [SORTIE_PATTERN_DOCUMENTS] =
        "[,\\s]*\\b(?:according to|based on|as per|using(?: only)?|from|in|"
        "within)\\s+(?:only\\s+)?"
        "(?:the|these|those|my|our|all|your)\\s+(?:(?:given|provided|attached|uploaded|following|"
        "available|indexed)\\s+)*(?:documents?|files?|sources?|texts?|collections?|papers?|"
        "material)\\b|"
        "\\b(?:do|does)\\s+(?:the|these|those|my|our)\\s+(?:(?:given|provided|attached|"
        "uploaded)\\s+)*"
        "(?:documents?|files?|sources?|texts?|papers?)\\s+(?:say|state|tell us)\\b",
    [SORTIE_PATTERN_LENGTH] =
        "[,;]?\\s*\\b(?:and\\s+)?(?:keep\\s+it\\s+|limit\\s+it\\s+)?(?:in|with|using|of|"
        "within|under|to|at most|at least|"
        "no more than|not more than|up to|about|around|approximately|roughly|maximum|max\\.?)"
        "(?:\\s+(?:about|around|at most|at least|no more than|not more than|less than|fewer than|"
        "up to|approximately|roughly|a maximum of|maximum|max\\.?|between|just|only|"
        "exactly))*\\s+" NUMBER
        "(?:\\s*(?:-|–|to|and)\\s*" NUMBER ")?\\s+(?:(?:short|brief|concise|clear)\\s+)*"
        "(?:words?|sentences?|paragraphs?|pages?|lines?|bullet points?|bullets?|points|"
        "characters)\\b|"
        "\\b\\d+[-\\s](?:word|page|sentence|paragraph)(?=\\s)|"
        "\\(\\s*(?:max\\.?|maximum|about|up to|"
        "ca\\.?)?\\s*" NUMBER "\\s+(?:words?|sentences?|pages?)\\s*\\)",
    [SORTIE_PATTERN_FORM] =
        "[,;]?\\s*\\b(?:(?:as|in|using)\\s+(?:the form of\\s+)?(?:an?\\s+)?(?:(?:short|simple|"
        "small|clear|"
        "markdown|comparison|comparative|numbered|bulleted|summary)\\s+)*(?:tables?|bullet "
        "points?|"
        "bullets|lists?|list form|markdown|prose|tabular form|report|essay)|"
        "with\\s+(?:full\\s+)?(?:citations?|sources?|references?)|"
        "in\\s+(?:plain|simple|easy|clear)\\s+(?:language|english|words|terms)|"
        "briefly|concisely|in brief|step by step)(?=\\s*(?:$|[.,;:]))",
    [SORTIE_PATTERN_CLAUSE] =
        "(?:[,;]\\s*(?:and\\s+|or\\s+|but\\s+)?(?:also\\s+)?|\\s+(?:and|or)\\s+(?:also\\s+)?)"
        "(?=(?:(?:in|on|at|for|by|to|from|under|with)\\s+(?:what|which|whom|whose)|what|which|"
        "who|whom|"
        "whose|when|where|why|how|whether)\\b)",
    [SORTIE_PATTERN_LIST_END] = "\\s*,?\\s+(?:and|or|as well as|plus|&)\\s+",
    [SORTIE_PATTERN_BOUNDARY] =
        "^(?:about|on|regarding|concerning|of|for|explain|describe|discuss|cover|covers|"
        "covering|are|is|"
        "include|includes|including|namely|under|with|by|to|into|from|in|do|does|did|can|between|"
        "especially|particularly|describes|define|list|has|have|how|what|which|that|at|was|were|"
        "mention|mentions|handle|handles|use|uses|support|supports)$",
    [SORTIE_PATTERN_WEAK_BOUNDARY] = "^(?:in|with|by|to|into|from|at|under)$",
    [SORTIE_PATTERN_TAIL] =
        "\\s+(?:(?:of|in|for|under|within|between|by|at|on|from|with|during|according|across|"
        "after|before|"
        "when|if|as|that|which|to)\\s.+|(?:differ|defined|used|handled|called|named|described|"
        "implemented|treated|configured|stored|calculated|managed|set|work|interact|apply|"
        "mean|relate|compare|matter|behave|"
        "happen|change|help|function|exist|depend|look|occur|is|are|have|has|must|should|can|"
        "may)\\b.*)$",
    [SORTIE_PATTERN_VERB] =
        "\\b(?:is|are|was|were|be|been|has|have|had|does|do|did|will|shall|must|can|could|may|"
        "might|"
        "should|would|if|because|although|while|after|before|unless|until|that|who|which|"
        "when)\\b",
    [SORTIE_PATTERN_ASPECT] =
        ",?\\s+(?<p>in|for|under|on|within|during|across|as|when|used)\\s+(?<t>[^,]+)$",
    [SORTIE_PATTERN_THAT_OF] = "^(?:those|that|the ones|the one)\\s+(?:of|in|for)\\s+(?<b>.+)$",
    [SORTIE_PATTERN_ANAPHORA] =
        "\\b(?:it|its|they|them|their|theirs|this|these|those|he|she|his|her|him|there|both|"
        "such)\\b",
    [SORTIE_PATTERN_DETERMINER] = "^(?:the|an?|their|its|our|your|my|any|some)\\s+",
    [SORTIE_PATTERN_MEASURE] = "\\bhow\\s+(?:long|often|many|much|far|old|soon)\\b",
    [SORTIE_PATTERN_DEFINES] = "\\b(?:what\\s+(?:is|are|was|were)|"
        "what\\s+does\\s+.{1,40}\\s+mean|define|definition\\s+of|meaning\\s+of)\\b",
    [SORTIE_PATTERN_COUNTS] = "\\b(?:how\\s+(?:many|much|long|often|large|big|far|old|high|"
        "fast)|when|what\\s+(?:number|size|date|year|percentage))\\b",
    [SORTIE_PATTERN_REASONS] = "\\b(?:why|for\\s+what\\s+reason|reasons?\\s+for|purpose\\s+of|"
        "rationale)\\b",
    [SORTIE_PATTERN_ACROSS] =
        "^(?:(?:compare|contrast|compare\\s+and\\s+contrast)\\s+)?what\\s+(?:do\\s+)?" DOCUMENTS
        "\\s+(?:each\\s+)?(?:say|state|provide|specify|stipulate|tell\\s+us|require|contain)"
        "\\s+(?:for|" ABOUT ")\\s+(?<t>.+)$|"
        "^(?:compare|contrast|compare\\s+and\\s+contrast|comparing)\\s+(?:how\\s+)?" DOCUMENTS
        "\\s+(?:" TREAT "|differ\\s+in|by|for|in|" ABOUT ")\\s+(?<t>.+)$|"
        "\\bhow\\s+do\\s+" DOCUMENTS "\\s+(?:" TREAT "|(?:differ|compare)\\s+(?:in|" ABOUT
        "))\\s+(?<t>.+)$|"
        "\\b(?:differences?|similarities)\\s+(?:there\\s+are\\s+)?between\\s+" DOCUMENTS
        "\\s+(?:in|" ABOUT ")\\s+(?<t>.+)$|"
        "^(?:compare|contrast)\\s+(?<t>.+?)\\s+(?:in|across|between|among|of)\\s+" DOCUMENTS "$|"
        "^(?:compare|contrast)\\s+" DOCUMENTS "(?:\\s+(?:with|to)\\s+each\\s+other)?$",
  },
  .comparisons = {
    "^(?:(?:that|which)\\s+compares|compare and contrast|compare|contrast|"
    "comparing)\\s+(?<a>.+?)\\s+(?:with(?!\\s+(?:respect|regard))|against|versus|vs\\.?)"
    "\\s+(?<b>.+?)" ASPECT,
    "^(?:compare|contrast|"
    "comparing)\\s+(?<a>(?:[^\\s,]+\\s+){0,3}?[^\\s,]+)\\s+to\\s+(?<b>.+?)" ASPECT,
    "^(?:(?:that|which)\\s+compares|compare and contrast|compare|contrast|"
    "comparing)\\s+(?<a>.+?),?\\s+and\\s+(?<b>.+?)" ASPECT,
    "\\b(?:differences?|similarities|similarity|distinctions?|comparisons?|trade-?offs?|"
    "relationship)"
    "(?:\\s+(?:and|or)\\s+(?:the\\s+)?(?:similarities|differences))?\\s+(?:there is\\s+|there "
    "are\\s+)?between\\s+"
    "(?<a>.+?),?\\s+(?:and|versus|vs\\.?|or)\\s+(?<b>.+?)" ASPECT,
    "\\bcomparisons?\\s+of\\s+(?<a>.+?),?\\s+(?:and|with|to|versus|vs\\.?)\\s+(?<b>.+?)" ASPECT,
    "\\bhow\\s+(?:do|does|did|is|are)\\s+(?<a>.+?)\\s+(?:differ|different|distinct|"
    "distinguished)\\s+from\\s+"
    "(?<b>.+?)" ASPECT,
    "\\bhow\\s+(?:do|does|did)\\s+(?<a>.+?)\\s+compare\\s+(?:with|to|"
    "against)\\s+(?<b>.+?)" ASPECT,
    "\\bhow\\s+(?:do|did|are)\\s+(?<a>.+?),?\\s+and\\s+(?<b>.+?)\\s+(?:differ|compare|"
    "different|relate)"
    "(?:\\s+from each other|\\s+to each other)?(?:\\s+(?:in|with regard to|regarding|"
    "concerning|on|when it comes to)"
    "\\s+(?<t>.+))?$",
    "\\bwhat\\s+distinguishes\\s+(?<a>.+?)\\s+from\\s+(?<b>.+?)" ASPECT,
    "^(?:(?:what|which)\\s+.{1,60}[,:]\\s+)?(?<a>.{1,120}?)\\s+(?:versus|vs\\.?|"
    "compared\\s+(?:to|with))\\s+(?<b>.+?)" ASPECT,
  },
  .advantages_first = "\\b(?<p>" ADVANTAGES ")\\s*(?:,?\\s+(?:and|or|versus|vs\\.?|as well "
      "as)\\s+|/)(?:the\\s+)?(?<c>"
                      DISADVANTAGES ")\\b" OF,
  .disadvantages_first = "\\b(?<p>" DISADVANTAGES
                         ")\\s*(?:,?\\s+(?:and|or|versus|vs\\.?|as well as)\\s+|"
                         "/)(?:the\\s+)?(?<c>" ADVANTAGES ")\\b" OF,
  .advantages = "advantage benefit strength merit",
  .disadvantages = "disadvantage drawback risk limitation weakness",
  .advantage_cues =
      "advantage benefit strength better easier easy simple simpler simplify faster fast "
      "quick efficient efficiency improve improved allow allows enable enables permits "
      "convenient flexible flexibility robust reliable reliability safe safer safety secure "
      "cheap cheaper save saves reduce reduces avoid avoids prevent prevents help helps gain "
      "powerful scalable scale independent independently ",
  .disadvantage_cues =
      "disadvantage drawback risk limitation problem problematic weakness danger dangerous "
      "cannot can't fail fails failure failures slow slower expensive cost costs costly "
      "difficult difficulty hard harder complex complexity complicated lose loses loss lost "
      "break breaks breakage error errors prone impossible unable insecure vulnerable "
      "conflict conflicts overhead unfortunately discouraged deprecated worse waste "
      "inconvenient trap trouble unreliable wrong bug bugs",
  .and_word = "and",
  .generic =
      " discussed discussion discussions talk talked talks mention mentioned mentions think "
      "thinks thought opinion opinions "
      "describes described explained explains explain describe summarize summarise summary "
      "outline list discuss analyze analyse examine identify find show "
      "determine define defined assess evaluate report write prepare create draft produce "
      "give provide present overview "
      "introduction explanation description information details say says said state tell "
      "tells mean means meant "
      "meaning work works happen happens exist exists difference differences differ differs "
      "different compare "
      "compares compared comparison contrast similarities versus vs main important key "
      "various several many much "
      "often way ways thing things kind kinds type types please know understand interested "
      "regarding "
      "concerning question questions answer following about subject topic documents briefly "
      "detail "
      "everything anything something whole first second finally also use used using ",
  .form =
      " answer respond reply write use keep make cite include format output summarise "
      "summarize summary report table tables "
      "bullet bullets point points list lists short brief briefly concise concisely clear "
      "simple plain language "
      "english german french spanish italian word words sentence sentences page pages "
      "paragraph paragraphs source "
      "sources citation citations reference references markdown maximum minimum limit length "
      "long longer shorter exceed "
      "style tone formal only documents document provided given based text texts heading "
      "headings section sections "
      "prose title quote quotes professional precise neutral structured please output result "
      "results produce "
      "create give everything most least than more less about around one two three four five ten "
      "yes easy read readable add end line lines help present structure avoid jargon ",
  .pairs = " terms/conditions rules/regulations health/safety research/development "
      "supply/demand trial/error "
           "cause/effect pros/cons black/white command/control goods/services read/write "
           "copy/paste drag/drop law/order "
           "input/output question/answer questions/answers publish/subscribe request/response "
           "rise/fall search/replace "
           "profit/loss wear/tear hardware/software name/address date/time store/forward "
           "start/stop ",
};
