"""English word lists. Closed classes in full; open ones only as far as their errors matter."""

from __future__ import annotations

FUNCTION = frozenset([
    "a", "an", "the", "this", "that", "these", "those", "and", "or", "but", "nor", "so", "yet", "for", "of", "in", "on", "at", "by", "to", "from",
    "with", "without", "into", "onto", "upon", "over", "under", "about", "above", "below", "between", "among", "through", "during", "before", "after",
    "since", "until", "till", "as", "than", "if", "though", "although", "because", "while", "when", "where", "which", "who", "whom", "whose", "what",
    "why", "how", "is", "are", "was", "were", "be", "been", "being", "am", "do", "does", "did", "done", "have", "has", "had", "having", "will",
    "would", "shall", "should", "can", "could", "may", "might", "must", "not", "no", "n't", "it", "its", "he", "she", "they", "him", "her", "them",
    "his", "hers", "their", "theirs", "we", "us", "our", "ours", "you", "your", "yours", "i", "me", "my", "mine", "myself", "himself", "herself",
    "itself", "themselves", "there", "here", "then", "also", "too", "very", "just", "only", "even", "still", "already", "more", "most", "some", "any",
    "all", "each", "every", "both", "either", "neither", "such", "other", "another", "same", "own", "s", "t", "d", "ll", "re", "ve", "m", "up",
    "down", "out", "off", "again", "further", "once", "however", "therefore", "thus",
])  # fmt: skip
NEGATIONS = frozenset([
    "not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "nowhere", "without", "cannot", "hardly", "barely", "scarcely", "rarely",
    "seldom", "unable", "n't", "lack", "lacks", "lacked", "fail", "fails", "failed", "failing", "refuse", "refuses", "refused", "deny", "denies",
    "denied", "unlikely", "impossible",
])  # fmt: skip
STRICT_NEGATIONS = frozenset(["not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "nowhere", "without", "cannot", "n't"])
"""Words that negate wherever they stand; `didn't` and the like end in `n't`."""
NEGATIVE_WORDS = frozenset([
    "absence", "absent", "ago", "since", "absurd", "abandon", "abandoned", "against", "alone", "avoid", "avoided", "avoiding", "avoids", "ban", "banned", "barred", "besides", "beyond", "block", "blocked",
    "cancel", "cancelled", "canceled", "cease", "ceased", "decline", "declined", "denial", "denied", "denies", "deny", "difficult", "disagree", "doubt", "empty", "except",
    "excluded", "excluding", "exempt", "failure", "failures", "few", "first", "fewer", "forbid", "forbidden", "forget", "forgot", "forgotten", "free", "hampered", "hard", "ignore", "ignored",
    "ignoring", "instead", "lack", "lacked", "lacking", "lacks", "last", "latest", "less", "little", "lose", "loses", "loss", "lost", "lower", "miss", "missed", "missing", "neglected",
    "only", "oppose", "opposed", "opposes", "otherwise", "prevent", "prevented", "preventing", "prevents", "prohibit", "prohibited", "quit", "rather", "reduce", "reduced",
    "reduces", "reject", "rejected", "rejects", "reluctant", "remain", "remains", "silence", "silent", "skip", "skipped", "spare", "spared", "stop", "stopped", "stopping", "too",
    "unless", "vain", "waive", "withdrawn", "withheld", "yet", "zero", "refusal", "exclude", "rid", "devoid", "void", "deprived", "short", "shortage", "shortages", "scarce", "insufficient", "insufficiently", "vanish", "vanished", "vanishes", "disappear", "disappeared", "disappears", "dispense", "dispenses", "dispensed", "unchanged", "earliest", "slow", "slowed", "mitigate", "mitigated", "soften", "softened", "curb", "curbed", "wrong", "false", "acquitted", "acquit", "cleared", "exonerated", "innocent", "anything", "far",
])  # fmt: skip
"""Words that can say what a negation says, so that its loss beside them proves nothing: few, stop, against, instead."""
NOT_NEGATIVE = frozenset([
    "income", "incoming", "inform", "informed", "information", "inside", "insight", "intake", "into", "invent", "invest", "invested", "improve", "improved", "improves", "import",
    "imports", "imported", "impart", "impress", "impressed", "important", "importance", "imply", "indeed", "input", "intend", "intent", "intense", "intended", "insist", "install",
    "installed", "increase", "indoor", "inland", "instance", "institute", "discover", "discovered", "display", "displayed", "dispatch", "discuss", "distance", "distinct", "district",
    "dispute", "disputed", "disease", "discount", "discourse", "discharge", "distress", "disclose", "until", "unless", "unit", "union", "unite", "united", "uncle", "under",
    "illustrate", "iron", "irons", "image", "immediate", "nonetheless", "immigrant", "immigrants", "immigration", "immigrate", "illness",
])  # fmt: skip
"""Words that begin like a negated word and are none, though what follows may be a word of its own: improve, discover, inform."""
NO_ADVERBS = frozenset([
    "apply", "reapply", "supply", "resupply", "oversupply", "rely", "comply", "imply", "multiply", "reply", "fly", "ally", "rally", "bully", "tally", "sully", "assembly", "family", "monopoly",
    "anomaly", "butterfly", "belly", "jelly", "lily", "italy", "sicily", "july", "emily", "sally", "kelly", "molly", "billy",
])  # fmt: skip
"""Words in -ly that are verbs, nouns or names."""
STRONG_MODALS = {"may": 1, "might": 1, "could": 1, "can": 1, "perhaps": 1, "possibly": 1, "would": 2, "should": 3, "must": 4, "shall": 4, "will": 4}
MALE = frozenset(["he", "him", "his", "himself"])
FEMALE = frozenset(["she", "her", "hers", "herself"])
GENDERED = {
    "man": "woman", "men": "women", "boy": "girl", "boys": "girls", "father": "mother", "son": "daughter", "brother": "sister",
    "husband": "wife", "king": "queen", "mr": "mrs", "actor": "actress", "uncle": "aunt", "gentleman": "lady", "male": "female",
    "boyfriend": "girlfriend", "brothers": "sisters", "sons": "daughters", "fathers": "mothers", "prince": "princess", "he": "she",
    "his": "her", "him": "her", "himself": "herself", "waiter": "waitress", "spokesman": "spokeswoman", "grandfather": "grandmother",
}  # fmt: skip
MONTHS = {
    name: i
    for i, names in enumerate(
        ("january jan", "february feb", "march", "april apr", "may", "june jun", "july jul", "august aug", "september sept sep",
         "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
DAYS = {
    name: i
    for i, names in enumerate(("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri", "saturday sat", "sunday"), 1)
    for name in names.split()
}
UNITS = {
    "km": "kilometre", "kilometer": "kilometre", "kilometers": "kilometre", "kilometre": "kilometre", "kilometres": "kilometre",
    "mile": "mile", "miles": "mile", "mi": "mile", "m": "metre", "meter": "metre", "meters": "metre", "metre": "metre", "metres": "metre",
    "foot": "foot", "feet": "foot", "ft": "foot", "inch": "inch", "inches": "inch", "yard": "yard", "yards": "yard",
    "kg": "kilogram", "kilogram": "kilogram", "kilograms": "kilogram", "kilos": "kilogram", "pound": "pound", "pounds": "pound", "lb": "pound", "lbs": "pound",
    "ton": "ton", "tons": "ton", "tonne": "ton", "tonnes": "ton", "gram": "gram", "grams": "gram", "litre": "litre", "litres": "litre", "liter": "litre",
    "liters": "litre", "gallon": "gallon", "gallons": "gallon", "hour": "hour", "hours": "hour", "minute": "minute", "minutes": "minute",
    "second": "second", "seconds": "second", "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
    "year": "year", "years": "year", "decade": "decade", "decades": "decade", "century": "century", "centuries": "century",
    "percent": "percent", "dollar": "dollar", "dollars": "dollar", "euro": "euro", "euros": "euro", "yuan": "yuan", "renminbi": "yuan", "rmb": "yuan",
    "yen": "yen", "ruble": "ruble", "rubles": "ruble", "rouble": "ruble", "roubles": "ruble", "rupee": "rupee", "rupees": "rupee",
    "usd": "dollar", "eur": "euro", "gbp": "pound", "cny": "yuan", "jpy": "yen", "rub": "ruble", "inr": "rupee", "vnd": "dong", "dong": "dong", "pc": "percent", "pct": "percent",
    "cm": "centimetre", "centimetre": "centimetre", "centimetres": "centimetre", "centimeter": "centimetre", "centimeters": "centimetre", "mm": "millimetre",
    "millimetre": "millimetre", "millimetres": "millimetre", "millimeter": "millimetre", "millimeters": "millimetre", "g": "gram", "mg": "milligram",
    "milligram": "milligram", "milligrams": "milligram", "mcg": "microgram", "microgram": "microgram", "micrograms": "microgram", "ml": "millilitre",
    "millilitre": "millilitre", "millilitres": "millilitre", "milliliter": "millilitre", "milliliters": "millilitre", "l": "litre", "oz": "ounce",
    "ounce": "ounce", "ounces": "ounce", "watt": "watt", "watts": "watt", "kw": "kilowatt", "kilowatt": "kilowatt", "kilowatts": "kilowatt",
    "mw": "megawatt", "megawatt": "megawatt", "megawatts": "megawatt", "gw": "gigawatt", "gigawatt": "gigawatt", "gigawatts": "gigawatt",
    "kwh": "kilowatt hour", "mb": "megabyte", "megabyte": "megabyte", "megabytes": "megabyte", "gb": "gigabyte", "gigabyte": "gigabyte",
    "gigabytes": "gigabyte", "tb": "terabyte", "terabyte": "terabyte", "terabytes": "terabyte", "hz": "hertz", "hertz": "hertz", "khz": "kilohertz",
    "mhz": "megahertz", "ghz": "gigahertz", "knots": "knot",
    "celsius": "celsius", "fahrenheit": "fahrenheit", "acre": "acre", "acres": "acre", "hectare": "hectare", "hectares": "hectare",
}  # fmt: skip
SYMBOLS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound"}
SMALL_NUMBERS = {
    word: i
    for i, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"])
} | {word: 10 * i for i, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80,
    "ninetieth": 90, "hundredth": 100, "once": 1, "twice": 2,
}  # fmt: skip
DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90}
ROMANS = {
    "II": 2,
    "III": 3,
    "IV": 4,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "XI": 11,
    "XII": 12,
    "XIII": 13,
    "XIV": 14,
    "XV": 15,
    "XVI": 16,
    "XX": 20,
    "XXI": 21,
}
SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "hundreds": 100, "thousands": 1000,
    "millions": 10**6, "billions": 10**9, "bn": 10**9, "mn": 10**6, "dozen": 12, "dozens": 12,
}  # fmt: skip
_OPPOSITES = """increase decrease;rise fall;rose fell;rising falling;risen fallen;more less;more fewer;high low;higher lower;highest lowest;good bad;better worse;best worst;
large small;larger smaller;largest smallest;big small;big little;bigger smaller;biggest smallest;long short;longer shorter;old young;old new;older younger;early late;
earlier later;first last;win lose;won lost;winner loser;winning losing;success failure;succeed fail;succeeded failed;successful unsuccessful;accept reject;
accepted rejected;agree disagree;agreed disagreed;allow forbid;allowed banned;allow prohibit;allowed prohibited;approve reject;approved rejected;open close;
open closed;opened closed;opening closing;begin end;began ended;start stop;started stopped;start end;started ended;start finish;started finished;beginning end;
love hate;loved hated;like dislike;live die;lived died;life death;born died;alive dead;living dead;buy sell;bought sold;import export;imports exports;arrive leave;
arrived left;arrive depart;arrived departed;enter leave;entered left;enter exit;push pull;attack defend;attacked defended;war peace;friend enemy;friends enemies;
ally enemy;support oppose;supported opposed;supporter opponent;supporters opponents;support opposition;positive negative;right wrong;right left;true false;
legal illegal;possible impossible;likely unlikely;happy unhappy;happy sad;safe dangerous;safety danger;safe unsafe;strong weak;stronger weaker;rich poor;
richer poorer;easy difficult;easy hard;easier harder;simple complex;fast slow;faster slower;quickly slowly;hot cold;warm cold;warmer colder;dry wet;light dark;
light heavy;day night;morning evening;north south;east west;northern southern;eastern western;inside outside;internal external;above below;over under;before after;
always never;often rarely;often seldom;everyone nobody;all none;many few;most least;maximum minimum;major minor;public private;include exclude;included excluded;
including excluding;remember forget;remembered forgot;find lose;found lost;send receive;sent received;question answer;asked answered;hire fire;hired fired;
guilty innocent;convicted acquitted;confirm deny;confirmed denied;praise criticize;praised criticized;encourage discourage;expand shrink;expanded shrank;grow shrink;
grew shrank;gain loss;gains losses;gained lost;profit loss;profits losses;improve worsen;improved worsened;strengthen weaken;strengthened weakened;create destroy;
created destroyed;build destroy;built destroyed;arrest release;arrested released;same different;similar different;similarity difference;wide narrow;wider narrower;
deep shallow;near far;full empty;present absent;present past;future past;ancient modern;common rare;clean dirty;cheap expensive;beautiful ugly;male female;man woman;
men women;mother father;son daughter;husband wife;brother sister;boy girl;victory defeat;victories defeats;permanent temporary;increase reduce;increased reduced;
increasing decreasing;increased decreased;raise lower;raised lowered;tall short;thick thin;natural artificial;normal abnormal;relevant irrelevant;known unknown;
able unable;certain uncertain;important unimportant;clear unclear;healthy sick;advantage disadvantage;appear disappear;appeared disappeared;connect disconnect;
cover uncover;optimistic pessimistic;friendly hostile;domestic foreign;urban rural;upper lower;top bottom;front back;forward backward;ahead behind;borrow lend;
loan grant;winter summer;host guest;victim perpetrator;credit debit;accelerate slow;backed opposed;join leave;joined left;remain leave;together apart;continue stop;
continued stopped;passed failed;pass fail;saved lost;save waste;saved wasted;comfortable uncomfortable;employed unemployed;expected unexpected;fair unfair;
limited unlimited;official unofficial;popular unpopular;usual unusual;familiar unfamiliar;necessary unnecessary;permit prohibit;permit forbid;permit ban;
permitted prohibited;permitted forbidden;permitted banned;allowed forbidden;legal banned;legalize ban;legalized banned;compulsory voluntary;mandatory optional;
admit deny;admitted denied;admits denies;widen narrow;widened narrowed;lengthen shorten;lengthened shortened;heat cool;heated cooled;float sink;floated sank;
ascend descend;lock unlock;locked unlocked;armed unarmed;married single;vacant occupied;awake asleep;loud quiet;solid liquid;rough smooth;sharp blunt;brave cowardly;
generous stingy;polite rude;honest dishonest;loyal disloyal;fertile barren;majority minority;debtor creditor;landlord tenant;employer employee;employers employees;
buyer seller;buyers sellers;predator prey;plaintiff defendant;surplus deficit;income expenditure;asset liability;deflation inflation;drought flood;tighten loosen;
tightened loosened;hawkish dovish;promote demote;promoted demoted;vaccinated unvaccinated;ratified rejected;ceasefire offensive;retreat advance;retreated advanced;
withdraw enter;withdrew entered;borrowed lent;child adult;children adults;pupil teacher;pupils teachers;student teacher;students teachers;birth death;births deaths;
wedding funeral;bride groom;widow widower;heaven hell;sunrise sunset;dawn dusk;noon midnight;floor ceiling;uphill downhill;upstream downstream;upstairs downstairs;
indoor outdoor;indoors outdoors;inland offshore;vertical horizontal;clockwise counterclockwise;odd even;sweet sour;raw cooked;fresh stale;frozen fresh;melt freeze;
melted frozen;dismiss hire;dismissed hired;dismiss appoint;dismissed appointed;rescue abandon;rescued abandoned;attract repel;multiply divide;add remove;
added removed;insert remove;install remove;installed removed;prosecution defence;prosecution defense;citizen foreigner;citizens foreigners;resident tourist;
residents tourists;upgrade downgrade;upgraded downgraded;overestimate underestimate;exaggerate understate;inhale exhale;inflate deflate;inflow outflow;influx exodus;
inward outward;entrance exit;input output;offence defence;offensive defensive;attacker defender;amateur professional;beginner expert;novice expert;senior junior;
superior inferior;maximize minimize;willing reluctant;eager reluctant;sunny cloudy;sunny rainy;wealthy poor;wealth poverty;abundance shortage;abundant scarce;
excess shortage;shortage surplus;hungry full;young elderly;ascent descent;climb descend;climbed descended;climbed fell;climbed dropped;jumped fell;soared plunged;
soar plunge;soaring plunging;surge slump;surged slumped;surged plunged;rallied slumped;gained fell;gain fall;rose dropped;rise drop;rising dropping;rose declined;
rise decline;rising declining;grew fell;grew declined;growth decline;growth contraction;grew contracted;increase drop;increased dropped;increased fell;increase fall;
decreased rose;decrease rise;boom bust;boom recession;expansion contraction;widen shrink;doubled halved;double halve;upward downward;upwards downwards;
upturn downturn;bullish bearish;overvalued undervalued;hatred love;war ceasefire;victory loss;leading trailing;led trailed;lead trail;hosts visitors;supply demand;
wholesale retail;coastal inland;tropical polar;arctic tropical;yesterday tomorrow;daily weekly;weekly monthly;monthly annual;daily monthly;hourly daily;weekly annual;
daily annual;single double;double triple;lender borrower;lenders borrowers;exporter importer;exporters importers;winners losers;volunteer conscript;
volunteers conscripts;peaceful violent;voluntary forced;reveal conceal;revealed concealed;hide reveal;hid revealed;accelerated slowed;deploy withdraw;
deployed withdrew;deployed withdrawn;approved vetoed;approve veto;repealed enacted;enact repeal;punish reward;punished rewarded;blame praise;blamed praised;
thanked blamed;trust distrust;bless curse;follower leader;followers leaders;precede follow;preceded followed;precedes follows;worsening improving;recover deteriorate;
recovered deteriorated;recovering deteriorating;heal wound;obey disobey;defied obeyed;defy obey;surrendered resisted;resist surrender;interior exterior;inner outer;
innermost outermost;frontal rear;thicker thinner;heavier lighter;heaviest lightest;deeper shallower;brighter darker;louder quieter;cleaner dirtier;safer riskier;
cheaper dearer;cheaper pricier;busy idle;employed jobless;landlady tenant;defend accuse;defended accused;accuser accused;froze thawed;frozen thawed;condemn hail;
condemned hailed;condemn praise;condemned praised;condemned welcomed;condemn welcome;ancestor descendant;ancestors descendants;pessimist optimist;
pessimists optimists;pessimism optimism;deter encourage;deterred encouraged;split merge;split merged;separated merged;separate unite;separated united;divide unite;
divided united;demolish build;demolished built;dismantle build;dismantled built;dismantled assembled;assemble dismantle;demolished erected;erect demolish;
collapse survive;collapsed survived;bankrupt solvent;obstruct facilitate;hinder help;hindered helped;hamper facilitate;hampered facilitated;hinder facilitate;
impede facilitate;harm benefit;harmed benefited;harmful beneficial;harmful harmless;harmless dangerous;useful useless;toxic harmless;lethal harmless;fatal harmless;
contaminated purified;pollute purify;polluted cleaned;infected cured;infected uninfected;acute chronic;benign malignant;conscious unconscious;sane insane;
mental physical;reinforce undermine;reinforced undermined;undermine strengthen;undermined strengthened;stabilize destabilize;stabilized destabilized;stable volatile;
stability instability;stability turmoil;orderly chaotic;certainty doubt;certainty uncertainty;trust suspicion;confidence doubt;escalate defuse;escalated defused;
escalate ease;escalated eased;eased tightened;ease tighten;easing tightening;relax tighten;relaxed tightened;imposed removed;introduced abolished;introduce abolish;
establish abolish;established abolished;founded disbanded;launch cancel;launched cancelled;resumed halted;resume halt;extended shortened;extend shorten;
prolong shorten;prolonged shortened;hasten delay;hastened delayed;attract deter;attracted deterred;invite exclude;invited excluded;welcome reject;welcomed rejected;
embrace reject;embraced rejected;endorse reject;endorsed rejected;endorse oppose;endorsed opposed;favour oppose;favor oppose;favoured opposed;favored opposed;
advocate oppose;advocated opposed;advocate opponent;advocates opponents;critics supporters;critic supporter;critics fans;fan critic;obtain lose;obtained lost;
acquire sell;acquired sold;retain lose;retained lost;regain lose;regained lost;recover lose;spend save;spent saved;withdraw deposit;withdrew deposited;invest divest;
freed jailed;free jail;freed imprisoned;imprison free;released imprisoned;freed captured;capture free;captured released;kidnapped freed;kidnapped released;
liberate occupy;liberated occupied;occupied freed;invade defend;invaded defended;advanced withdrew;advancing retreating;proof refutation;prove disprove;
proved disproved;prove refute;proved refuted;verify refute;verified refuted;confirmed refuted;confirm refute;supported refuted;supports contradicts;
support contradict;supported contradicted;correct incorrect;correct wrong;accurate inaccurate;precise vague;precise approximate;exact approximate;open secret;
openly secretly;publicly secretly;publicly privately;transparent opaque;visible hidden;overt covert;formal informal;serious trivial;important trivial;
significant negligible;huge tiny;vast tiny;enormous tiny;giant tiny;gigantic tiny;giant dwarf;plentiful scarce;wet arid;humid dry;humid arid;damp dry;stormy calm;
windy calm;bright dim;bright dull;lit dark;noisy quiet;noisy silent;crowded empty;crowded deserted;busy deserted;inhabited deserted;inhabited uninhabited;
populous deserted;gentle harsh;gentle rough;mild severe;mild harsh;lenient strict;lenient harsh;strict lax;humble arrogant;modest arrogant;modest lavish;
frugal lavish;frugal wasteful;patient hasty;careful careless;careful reckless;cautious reckless;prudent reckless;brave timid;bold timid;bold cautious;
talented incompetent;competent incompetent;experienced inexperienced;educated uneducated;literate illiterate;skilled unskilled;graceful clumsy;diligent lazy;
hardworking lazy;punctual late;tidy messy;neat messy;attractive repulsive;pretty ugly;delicious disgusting;pleasant unpleasant;boring exciting;boring interesting;
dull exciting;tragedy comedy;tragic comic;joy grief;joy sorrow;happiness sadness;happiness misery;laughed cried;laugh cry;laughed wept;smile frown;smiled frowned;
cheered booed;cheer boo;applauded booed;applaud boo;celebrated mourned;celebrate mourn;celebration mourning;hope despair;hopeful hopeless;hopeful desperate;
ancient recent;obsolete current;outdated modern;previous current;previous next;preceding following;predecessor successor;predecessors successors;prior subsequent;
initial final;initially finally;beginning conclusion;prologue epilogue;start conclusion;origin destination;vertically horizontally;latitude longitude;convex concave;
length width;peak trough;northward southward;eastward westward;northeast southwest;northwest southeast;urbanization depopulation;minor adult;teenager pensioner;
youth elderly;youngest oldest;youngest eldest;newest oldest;nearest farthest;nearest furthest;shortest longest;shortest tallest;slowest fastest;poorest richest;
poorest wealthiest;weakest strongest;coldest hottest;coldest warmest;driest wettest;cheapest costliest;safest riskiest;easiest hardest;
plentiful meagre;plentiful meager;abundant meagre;abundant meager;uphold reject;upheld rejected;uphold overturn;upheld overturned;calm frantic;calm agitated;optimistic gloomy;cheerful gloomy;bleak rosy;bleak bright;
absence presence;presence lack;accept refuse;accepted refused;accepts refuses;acceptance rejection;acceptance refusal;accidentally deliberately;
accidental deliberate;active dormant;extinct extant;affirmative negative;analogue digital;analog digital;anterior posterior;assent dissent;attached detached;
automatic manual;automatically manually;awkward graceful;boil freeze;boiled frozen;capitalism socialism;capitalist socialist;central peripheral;
civilian military;competition cooperation;complexity simplicity;constructive destructive;contract expand;contracted expanded;crooked straight;curly straight;
curved straight;deciduous evergreen;decline improvement;destroyed preserved;destroy preserve;destroying preserving;difficulty ease;dominant subordinate;
dull lively;empirical theoretical;exclusion inclusion;exclusive inclusive;explicit implicit;explicitly implicitly;extraordinary ordinary;feminine masculine;
fertile sterile;figurative literal;foe friend;foes friends;foolish wise;foreign native;former latter;frail robust;gradual sudden;gradually suddenly;gross net;
guilt innocence;happily sadly;hard soft;harder softer;hardware software;heavily lightly;highland lowland;hollow solid;humble proud;ignore notice;
ignored noticed;incoming outgoing;integrated segregated;integration segregation;intense mild;jointly separately;together separately;loose tight;
loosely tightly;loosely closely;maternal paternal;maximal minimal;meaningful meaningless;naive sophisticated;sophisticated simple;nasty nice;nominal real;
objective subjective;obligatory optional;essential optional;pain pleasure;parallel perpendicular;partly wholly;partly entirely;partially fully;
partially completely;penalty reward;penalties rewards;permanently temporarily;plural singular;powerful powerless;powerful weak;preceding succeeding;
prefix suffix;profound superficial;prospective retrospective;religious secular;religious atheist;relaxed tense;seated standing;shout whisper;
shouted whispered;smart stupid;clever stupid;spoken written;strength weakness;strengths weaknesses;strongly weakly;strongly faintly;tame wild;
domesticated wild;domestic wild;valuable worthless;wired wireless;depart stay;departed stayed;eventually initially;explained obscured;abandon embrace;
abandoned embraced;slight major;understand misunderstand;understood misunderstood;lacking sufficient;extensive limited;absurd sensible;absurd realistic;
lift impose;lifted imposed;lifting imposing;appear vanish;appeared vanished;illegal legitimate;illegally legitimately;
beautiful hideous;outsider insider;outsiders insiders;confirmed questioned;create demolish;created demolished;
discover overlook;discovered overlooked;covered omitted;protect endanger;protecting endangering;
save endanger;saved endangered;saving endangering;secure endanger;huge minuscule;cuts increases;cut increase;severed restored;diversity uniformity;
variety uniformity;distant close;distant nearby;resilient fragile;inhibit facilitate;inhibit promote;inhibits promotes;inhibited promoted;
construction demolition;reported concealed;restore destroy;restored destroyed;restoring destroying;darkness light;tiny big;tiny large;glad angry;glad sad;
happy angry;total partial;welcomed shunned;isolation integration;isolated integrated;traditional modern;sharply slightly;sharp slight;significantly slightly;
considerably slightly;courage cowardice;rich impoverished;honour disgrace;honor disgrace;successes failures;success fiasco"""
ANTONYMS = frozenset(frozenset(pair.split()) for pair in _OPPOSITES.replace("\n", "").split(";"))
_CONVERSE = """buy buys buying bought sell sells selling sold acquire acquires acquired lend lends lent borrow borrows borrowed send sends sent receive receives received win
wins won lose loses lost winning losing victory victories defeat defeats loss losses follow follows followed precede precedes preceded import imports imported
export exports exported lead leads led leading trail trails trailed trailing gain gains gained rise rises rose fall falls fell decline declines declined hire
hires hired host hosts visitor visitors successor successors predecessor predecessors student students pupil pupils teacher teachers landlord landlords tenant
tenants employer employers employee employees lender lenders borrower borrowers buyer buyers seller sellers creditor creditors debtor debtors ancestor ancestors
descendant descendants older younger larger smaller bigger taller shorter higher lower more less fewer better worse stronger weaker earlier later before after
above below north south east west ahead behind inside outside give gives gave take takes took"""
CONVERSE = frozenset(_CONVERSE.split())
"""What the one is to the other: A sold to B, B bought from A; A is older than B, B is younger than A."""
NEGATIVE_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non")
"""happy/unhappy: one word is the other with one of these before it."""
ABBREVIATIONS = frozenset([
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "no", "inc", "ltd", "co", "corp", "gen", "gov", "sen", "rep", "u.s", "u.n", "e.g",
    "i.e", "a.m", "p.m", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "col", "lt", "sgt", "mt", "ft", "capt", "maj",
    "rev", "hon", "messrs", "mme", "mlle", "approx", "dept", "nos", "cf",
])  # fmt: skip
