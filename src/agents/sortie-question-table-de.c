/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-tables.h"

#define ASPECT                                                                                     \
  "(?:,?\\s+(?:hinsichtlich|bezüglich|in Bezug auf|im Hinblick auf|was .{1,20} "                  \
  "betrifft|"                                                                                      \
  "unter dem Gesichtspunkt|nach|anhand)(?:\\s+(?:der|des|die|den|dem|ihrer|"                       \
  "seiner))?\\s+(?<t>.+))?$"

#define NUMBER                                                                                     \
  "(?:\\d+|ein|einem|einer|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|wenigen|einigen)"

#define ADVANTAGES "Vorteile|Chancen|Stärken|Nutzen|Vorzüge|Pro"
#define DISADVANTAGES "Nachteile|Risiken|Schwächen|Gefahren|Kosten|Grenzen|Contra|Kontra"
#define OF "(?:\\s+(?<o>von|des|der|beim|bei|einer|eines|für|im|in|durch)\\s+(?<x>.+))?$"
#define AND "\\s*(?:,?\\s+(?:und|oder|sowie|versus|vs\\.?)\\s+|/)(?:die\\s+)?"

/* "unsere drei Lieferverträge", by their common names. */
#define DOCUMENTS                                                                                  \
  "(?:(?:alle[nr]?|beiden?)\\s+)?(?:(?:die|der|den|unsere[nr]?|meine[nr]?|diese[nr]?|ihre[nr]?)"   \
  "\\s+)?(?:(?:beiden?|" NUMBER ")\\s+)?(?:beigefügten\\s+|verschiedenen\\s+)?"                   \
  "(?<d>\\w*(?:verträgen?|vereinbarungen|angeboten?|dokumenten?|dateien|berichten?|unterlagen|"   \
  "protokollen?|studien|artikeln?|policen|rechnungen|gutachten|fassungen|entwürfen?|texten?|"     \
  "quellen|handbüchern?))"
#define ABOUT                                                                                      \
  "(?:hinsichtlich|bezüglich|in\\s+Bezug\\s+auf|im\\s+Hinblick\\s+auf|zu[mr]?|über|bei[m]?|in)"  \
  "(?:\\s+(?:der|des|die|das|den|dem))?"

const SortieQuestionTable sortie_question_table_de = {
  .patterns = {
    [SORTIE_PATTERN_CONNECTIVE] = "^(?:und|auch|außerdem|dann|zuerst|zunächst|schließlich)\\b[\\s,:]*",
    [SORTIE_PATTERN_OPENER] =
        "^(?:(?:bitte|hallo)\\b[\\s,!:]*|"
        "(?:könntest|kannst|könnten|können|würdest|würden)\\s+(?:du|sie|ihr)\\s+(?:mir\\s+|"
        "uns\\s+)?(?:bitte\\s+)?|"
        "(?:ich|wir)\\s+(?:möchten?|wollen|will|würden?\\s+gern|muss|"
        "müssen)\\s+(?:gern(?:e)?\\s+)?(?:wissen|verstehen|erfahren)?[\\s,:]*|"
        "(?:sag|sagen\\s+sie|erzähl|erzählen\\s+sie)\\s+(?:mir|uns)[\\s,:]*)",
    [SORTIE_PATTERN_REQUEST] =
        "^(?:erkläre?|erläutere?|beschreibe?|zeige?|nenne?|liste|fasse?|untersuche?|"
        "analysiere?|bewerte?|"
        "bestimme?|definiere?|schreibe?|erstelle?|verfasse?|gib|gebe?|finde?|suche?|prüfe?|"
        "ermittle|stelle?|"
        "diskutiere|erklären|erläutern|beschreiben|nennen|fassen|schreiben|erstellen|geben|"
        "untersuchen|analysieren)"
        "\\b(?:\\s+(?:sie|mir|uns|bitte|kurz|genau|knapp|ausführlich|auf|heraus))*"
        "(?:\\s+(?:(?:einen?|eine|den|die|das|alle)\\s+)?(?:(?:kurzen?|knappen?|"
        "ausführlichen?)\\s+)*(?:Bericht|Überblick|"
        "Zusammenfassung|Übersicht|Einführung|Erklärung|Beschreibung|Analyse|Aufsatz|Artikel|"
        "Informationen)\\b"
        "(?:\\s+(?:über|zu|zum|zur|von|für|vom))?)?(?:\\s+(?:über|zum\\s+Thema))?(?:\\s+|$)",
    [SORTIE_PATTERN_QUESTION] =
        "^(?:(?:in|an|auf|für|bei|mit|unter|von|zu|nach|bis|seit|aus)\\s+)?(?:was|"
        "welche[rsnm]?|wer|wen|wem|wessen|wann|"
        "wo|woher|wohin|warum|weshalb|wieso|wie|wieviel|womit|wodurch|wofür|worin|wozu|ob|"
        "inwiefern|inwieweit)\\b|"
        "^(?:ist|sind|war|waren|hat|haben|kann|können|darf|dürfen|muss|müssen|soll|sollen|"
        "wird|werden|gibt)\\s",
    [SORTIE_PATTERN_LEAD] =
        "^(?:was\\s+(?:sagen|sagt|steht|regelt|regeln)\\s+.{0,60}?(?:über|zu|zur|zum)\\s+|"
        "(?:was|wer|welches|welche)\\s+(?:ist|sind|war|waren)\\s+(?:(?:der|die|das|eine?|"
        "ein)\\s+)?|"
        "was\\s+(?:bedeutet|versteht\\s+man\\s+unter)\\s+(?:(?:der|die|das|eine?r?|ein|dem|"
        "einem)\\s+)?)",
    [SORTIE_PATTERN_DOCUMENTS] =
        "[,\\s]*\\b(?:laut|gemäß|nach|anhand|in|aus|auf\\s+Grundlage)\\s+(?:nur\\s+)?(?:den|"
        "der|dieser|diesen|meinen|unseren|"
        "allen)\\s+(?:(?:vorliegenden|angehängten|folgenden)\\s+)*(?:Dokumenten?|Dateien|"
        "Quellen|Texten?|Unterlagen)\\b|"
        "\\b(?:sagen|sagt)\\s+(?:die|diese|meine|unsere)\\s+(?:Dokumente|Dateien|Quellen|"
        "Texte|Unterlagen)\\b",
    [SORTIE_PATTERN_LENGTH] =
        "[,;]?\\s*\\b(?:in|mit|auf|unter|höchstens|maximal|max\\.?|etwa|ca\\.?|rund|ungefähr|"
        "mindestens)"
        "(?:\\s+(?:etwa|ca\\.?|rund|ungefähr|höchstens|maximal|max\\.?|mindestens|nur|"
        "genau))*\\s+" NUMBER
        "(?:\\s*(?:-|–|bis)\\s*" NUMBER ")?\\s+(?:kurzen\\s+)?(?:Wörtern?|Worten?|Sätzen?|"
        "Absätzen?|Seiten?|Zeilen?|"
        "Stichpunkten?|Punkten|Zeichen)\\b",
    [SORTIE_PATTERN_FORM] =
        "[,;]?\\s*\\b(?:(?:als|in)\\s+(?:Form\\s+)?(?:einer?\\s+)?(?:(?:kurzen?|"
        "kleinen?)\\s+)*(?:Tabelle|Liste|Stichpunkten?|"
        "Stichworten|Tabellenform|Markdown|Aufzählung)|mit\\s+(?:Quellen|Quellenangaben|Belegen)|"
        "in\\s+einfachen\\s+Worten|kurz|knapp|zusammen|Schritt\\s+für\\s+Schritt)(?=\\s*(?:$|"
        "[.,;:]))",
    [SORTIE_PATTERN_CLAUSE] =
        "(?:[,;]\\s*(?:und\\s+|oder\\s+|aber\\s+)?|\\s+(?:und|oder)\\s+)(?=(?:(?:in|an|auf|"
        "für|bei|mit|unter|von|zu|nach)\\s+"
        "(?:was|welche[rsnm]?|wem|wen)|was|welche[rsnm]?|wer|wen|wem|wann|wo|woher|wohin|"
        "warum|weshalb|wieso|wie|womit|"
        "wodurch|wofür|ob|inwiefern)\\b)",
    [SORTIE_PATTERN_LIST_END] = "\\s*,?\\s+(?:und|oder|sowie|&)\\s+",
    [SORTIE_PATTERN_BOUNDARY] =
        "^(?:über|zu|zum|zur|für|von|vom|bei|mit|durch|in|im|an|auf|unter|nach|aus|sind|ist|"
        "nämlich|einschließlich|"
        "zwischen|um|gegen|ohne|bezüglich|hinsichtlich|insbesondere|wie|werden|wird|haben|hat|"
        "können|beschreibe|erkläre)$",
    [SORTIE_PATTERN_WEAK_BOUNDARY] = "^(?:in|im|an|auf|mit|bei|nach|aus|durch|unter)$",
    [SORTIE_PATTERN_TAIL] =
        "\\s+(?:(?:von|in|im|für|unter|zwischen|bei|beim|nach|mit|während|gemäß|laut|auf|an|"
        "wenn|falls)\\s.+|"
        "(?:unterscheiden|funktionieren|gelten|bedeuten|zusammenhängen|sind|ist|werden|haben|"
        "geregelt|zusammen)\\b.*)$",
    [SORTIE_PATTERN_VERB] =
        "\\b(?:ist|sind|war|waren|hat|haben|hatte|wird|werden|wurde|kann|können|darf|dürfen|"
        "muss|müssen|soll|sollen|"
        "wenn|weil|obwohl|dass|falls|nachdem|bevor|während|sobald)\\b",
    [SORTIE_PATTERN_ASPECT] = ",?\\s+(?<p>in|im|für|unter|bei|beim|während)\\s+(?<t>[^,]+)$",
    [SORTIE_PATTERN_THAT_OF] = "^(?:denen|denjenigen|der|dem|die)\\s+(?:von|des|"
        "der)\\s+(?<b>.+)$",
    [SORTIE_PATTERN_ANAPHORA] =
        "\\b(?:er|sie|es|ihn|ihm|ihr|ihre[rsnm]?|sein|seine[rsnm]?|diese[rsnm]?|dies|"
        "jene[rsnm]?|davon|dafür|dabei|"
        "darüber|damit|dagegen|beide[rsnm]?|solche[rsnm]?)\\b",
    [SORTIE_PATTERN_DETERMINER] = "^(?:der|die|das|den|dem|des|eine?[rsnm]?|ihre?[rsnm]?|"
        "seine?[rsnm]?)\\s+",
    [SORTIE_PATTERN_MEASURE] = "\\bwie\\s+(?:lange|oft|viele?|weit|hoch|bald)\\b",
    [SORTIE_PATTERN_DEFINES] = "\\b(?:was\\s+(?:ist|sind|war|bedeutet|versteht)|definiere|"
        "definition)\\b",
    [SORTIE_PATTERN_COUNTS] = "\\b(?:wie\\s*viele?|wie\\s+(?:lange|oft|groß|hoch|weit|schnell|"
        "alt)|wann|bis\\s+wann)\\b",
    [SORTIE_PATTERN_REASONS] = "\\b(?:warum|weshalb|wieso|wozu|gründe?\\s+für|zweck)\\b",
    [SORTIE_PATTERN_ACROSS] =
        "^(?:vergleichen?(?:\\s+sie)?,?\\s+)?was\\s+(?:sagen\\s+)?" DOCUMENTS "\\s+" ABOUT
        "\\s+(?<t>.+?)(?:\\s+(?:sagen|aussagen|regeln|vorsehen|vorschreiben|festlegen))?$|"
        "^vergleichen?(?:\\s+sie)?(?:\\s+bitte)?\\s+" DOCUMENTS "\\s+(?:nach|" ABOUT
        ")\\s+(?<t>.+)$|"
        "\\b(?:wie|worin)\\s+unterscheiden\\s+sich\\s+" DOCUMENTS "\\s+" ABOUT "\\s+(?<t>.+)$|"
        "^wie\\s+regeln\\s+" DOCUMENTS "\\s+(?:(?:die|das|den)\\s+)?(?<t>.+)$|"
        "\\bUnterschiede?n?\\s+(?:es\\s+|gibt\\s+es\\s+)?zwischen\\s+" DOCUMENTS "\\s+" ABOUT
        "\\s+(?<t>.+)$|"
        "^vergleichen?(?:\\s+sie)?(?:\\s+bitte)?\\s+" DOCUMENTS "(?:\\s+miteinander)?$",
  },
  .comparisons = {
    "^(?:vergleiche?n?(?:\\s+sie)?|vergleich|"
    "gegenüberstellung)\\s+(?:bitte\\s+)?(?<a>.+?)\\s+(?:mit|gegen|gegenüber|versus|"
    "vs\\.?)\\s+(?<b>.+?)" ASPECT,
    "^(?:vergleiche?n?(?:\\s+sie)?)\\s+(?!von\\b|zwischen\\b)(?:bitte\\s+)?(?<a>.+?),?\\s+und\\s+(?<b>.+?)" ASPECT,
    "\\b(?:Unterschiede?n?|Gemeinsamkeiten|Vergleich|Zusammenhang|Abgrenzung)(?:\\s+(?:und|"
    "oder)\\s+(?:Gemeinsamkeiten|Unterschiede))?"
    "\\s+(?:es\\s+|besteh(?:t|en)\\s+|gibt\\s+es\\s+)?(?:zwischen|"
    "von)\\s+(?<a>.+?),?\\s+(?:und|mit|zu)\\s+(?<b>.+?)" ASPECT,
    "\\b(?:wie|worin|wodurch|"
    "inwiefern)\\s+unterscheide[nt]\\s+sich\\s+(?<a>.+?)\\s+von\\s+(?<b>.+?)" ASPECT,
    "\\b(?:wie|worin|wodurch|"
    "inwiefern)\\s+unterscheide[nt]\\s+sich\\s+(?<a>.+?),?\\s+und\\s+(?<b>.+?)" ASPECT,
    "\\bwas\\s+unterscheidet\\s+(?<a>.+?)\\s+von\\s+(?<b>.+?)" ASPECT,
    "^(?<a>.{1,120}?)\\s+(?:versus|vs\\.?|im\\s+Vergleich\\s+(?:zu|mit)|"
    "gegenüber)\\s+(?<b>.+?)" ASPECT,
    "^stelle?n?\\s+(?:sie\\s+)?(?<a>.+?)\\s+und\\s+(?<b>.+?)\\s+(?:einander\\s+)?gegenüber"
    "(?<t>)$",
  },
  .advantages_first = "\\b(?<p>" ADVANTAGES "|Vor-)" AND "(?<c>" DISADVANTAGES ")\\b" OF,
  .disadvantages_first = "\\b(?<p>" DISADVANTAGES "|Nach-)" AND "(?<c>" ADVANTAGES ")\\b" OF,
  .advantages = "Vorteil Nutzen Stärke Vorzug",
  .disadvantages = "Nachteil Risiko Schwäche Einschränkung",
  .advantage_cues =
      "Vorteil Vorteile Nutzen Chance Stärke besser einfach einfacher leicht leichter schnell "
      "schneller effizient verbessern verbessert ermöglicht ermöglichen erlaubt erlauben "
      "praktisch flexibel robust zuverlässig sicher sicherer günstig günstiger spart sparen "
      "senkt senken reduziert vermeidet vermeiden verhindert hilft geeignet ideal unabhängig",
  .disadvantage_cues =
      "Nachteil Nachteile Risiko Risiken Schwäche Problem Probleme Einschränkung Gefahr "
      "gefährlich nicht fehlerhaft Fehler scheitert langsam langsamer teuer teurer Kosten "
      "schwierig schwer schwerer komplex kompliziert verliert Verlust unmöglich unsicher "
      "anfällig Konflikt Aufwand beschränkt jedoch aber leider nie abgeraten schlechter",
  .and_word = "und",
  .generic =
      " begriff begriffe erklaren erklare erklar erlautern erlautere beschreiben beschreibe beschreib zeigen "
      "zeige zeig nennen nenne nenn fassen fasse fass "
      "zusammen zusammenfassen zusammenfassung untersuchen untersuche analysieren analysiere "
      "bewerten bewerte bestimmen "
      "definieren schreiben schreibe schreib erstellen erstelle verfassen verfasse gib geben "
      "gebe finden finde suchen suche uberblick "
      "ubersicht einfuhrung erklarung beschreibung information informationen sagen sagt steht "
      "bedeutet bedeuten bedeutung "
      "funktioniert funktionieren passiert unterschied unterschiede unterscheiden "
      "unterscheidet vergleich vergleichen vergleiche vergleicht "
      "gemeinsamkeiten gegenuber versus vs wichtig wichtige wichtigsten verschiedene "
      "verschiedenen genau art arten weise "
      "bitte wissen verstehen frage fragen antwort antworten thema dokumente dokumenten gibt "
      "hinsichtlich bezuglich bezug gemeint ",
  .form =
      " antworte antworten antworte schreib schreibe schreiben nutze verwende mach mache "
      "zitiere gib ausgabe format fasse fass zusammenfassen zusammenfassung "
      "zusammen bericht tabelle tabellen stichpunkte stichpunkten stichworte liste listen "
      "kurz kurze kurzen knapp knappe "
      "klar einfach einfache einfacher sprache deutsch englisch franzosisch spanisch wort "
      "worte worter wortern worten "
      "satz satze satzen seite seiten absatz absatze quelle quellen quellenangaben beleg "
      "belege markdown maximal hochstens "
      "etwa lange langer stil ton sachlich formell nur dokumente dokumenten text texte "
      "uberschrift uberschriften abschnitt "
      "abschnitte titel zitat zitate prazise neutral strukturiert bitte ergebnis ergebnisse "
      "alles eine zwei drei vier funf zehn ",
  .pairs = " angebot/nachfrage forschung/entwicklung grund/boden recht/ordnung art/weise "
      "hinz/kunz ursache/wirkung "
           "treu/glauben hand/fuss kosten/nutzen ein/ausgabe ",
};
