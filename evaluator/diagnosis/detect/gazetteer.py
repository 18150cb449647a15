"""English lists about names: countries with their adjectives, frequent names, titles, short forms, and words that are capitalized without being names."""

from __future__ import annotations

_COUNTRIES = """china chinese sino prc;netherlands dutch dutchman dutchmen holland;america american americans us usa u.s u.s.a united-states states;
britain british briton britons uk u.k united-kingdom england english anglo;france french franco frenchman frenchmen;germany german germans deutsche deutscher deutschland;spain spanish spaniard spaniards;
denmark danish dane danes;sweden swedish swede swedes;norway norwegian norwegians;finland finnish finn finns;poland polish pole poles;greece greek greco greeks;turkey turkish turk turks türkiye;
switzerland swiss;ireland irish;scotland scottish scots;wales welsh;portugal portuguese;japan japanese;korea korean koreans rok dprk;thailand thai thais;philippines philippine filipino filipinos;
iraq iraqi iraqis;israel israeli israelis;pakistan pakistani;saudi saudis ksa;emirates uae emirati;afghanistan afghan afghans;czechia czech czechs;slovakia slovak slovaks;slovenia slovene slovenian;
hungary hungarian magyar;croatia croat croatian;serbia serb serbian serbs;ukraine ukrainian ukrainians;russia russian russo russians rf rusko;belarus belarusian belorussian;peru peruvian;cyprus cypriot;
belgium belgian belgians;brazil brazilian;canada canadian canadians;mexico mexican mexicans;argentina argentine argentinian;chile chilean;cuba cuban;kenya kenyan;congo congolese;myanmar burma burmese;
vietnam vietnamese viet;india indian indo indians;taiwan taiwanese;tibet tibetan;europe european europeans;asia asian;africa african afro;kazakhstan kazakh;uzbekistan uzbek;kyrgyzstan kyrgyz;tajikistan tajik;turkmenistan turkmen;
iceland icelandic;lebanon lebanese;malta maltese;albania albanian;algeria algerian;andorra andorran;angola angolan;armenia armenian;australia australian australians aussie;austria austrian austro austrians;
azerbaijan azerbaijani azeri;bahrain bahraini;bangladesh bangladeshi;benin beninese;bhutan bhutanese;bolivia bolivian;bosnia bosnian;botswana;bulgaria bulgarian;burundi;cambodia cambodian khmer;cameroon cameroonian;
colombia colombian;ecuador ecuadorian;egypt egyptian egyptians;eritrea eritrean;estonia estonian;ethiopia ethiopian;gabon;gambia gambian;ghana ghanaian;guatemala guatemalan;guinea guinean;guyana guyanese;haiti haitian;
honduras honduran;indonesia indonesian;iran iranian iranians persia;italy italian italians;jamaica jamaican;jordan jordanian;kosovo kosovan kosovar;kuwait kuwaiti;laos laotian;latvia latvian;lesotho;liberia liberian;libya libyan;
liechtenstein;lithuania lithuanian;luxembourg;macedonia macedonian;madagascar malagasy;malawi malawian;malaysia malaysian;mali malian;mauritania mauritanian;mauritius mauritian;moldova moldovan;monaco;mongolia mongolian;
montenegro montenegrin;morocco moroccan;mozambique mozambican;namibia namibian;nepal nepali nepalese;nicaragua nicaraguan;niger nigerien;nigeria nigerian nigerians;oman omani;palestine palestinian palestinians;panama panamanian;
paraguay paraguayan;qatar qatari;romania romanian;rwanda rwandan;senegal senegalese;singapore singaporean;somalia somali;sudan sudanese;syria syrian syrians;tanzania tanzanian;togo togolese;tunisia tunisian;uganda ugandan;
uruguay uruguayan;venezuela venezuelan;yemen yemeni;zambia zambian;zimbabwe zimbabwean;un u.n united-nations nations;eu e.u european-union union brexit;mount mt;saint st sankt;doctor dr;fort ft;mister mr;
cologne köln;munich münchen;vienna wien;prague praha prag;rome roma;milan milano;venice venezia;florence firenze;naples napoli;turin torino;geneva genève genf;moscow moskva moskau;warsaw warszawa;copenhagen københavn;
lisbon lisboa;athens athina;brussels bruxelles brüssel;rhine rhein;danube donau;bavaria bayern;saxony sachsen;lucerne luzern;nuremberg nürnberg;kiev kyiv;odessa odesa;kharkov kharkiv;lvov lviv;peking beijing;macau macao;guangdong canton cantonese;bombay mumbai;calcutta kolkata"""
SAME_PLACE = {word: k for k, row in enumerate(_COUNTRIES.replace("\n", "").split(";")) for word in row.split()}
"""A country, its adjective and its people, and what a city is called elsewhere, by one number."""
_CAPITALS = """washington american;moscow russian;beijing chinese;london british;paris french;berlin german;rome italian;madrid spanish;tokyo japanese;delhi indian;kyiv ukrainian;kiev ukrainian;
warsaw polish;brussels eu;vienna austrian;athens greek;ankara turkish;tehran iranian;baghdad iraqi;cairo egyptian;jerusalem israeli;riyadh saudi;damascus syrian;ottawa canadian;canberra australian;
hanoi vietnamese;bangkok thai;manila philippine;jakarta indonesian;islamabad pakistani;kabul afghan;dublin irish;lisbon portuguese;oslo norwegian;stockholm swedish;
copenhagen danish;helsinki finnish;prague czech;budapest hungarian;bucharest romanian;sofia bulgarian;belgrade serbian;zagreb croatian;minsk belarusian;vilnius lithuanian;riga latvian;tallinn estonian"""
CAPITALS = {capital: SAME_PLACE[adjective] for capital, adjective in (row.split() for row in _CAPITALS.replace("\n", "").split(";")) if adjective in SAME_PLACE}
"""A capital, by its country's number: news names the one for the other's government."""
_NICKNAMES = """robert bob bobby rob;william bill billy will;richard dick rick richie;james jim jimmy jamie;john jack johnny jon;joseph joe joey;michael mike mick;
thomas tom tommy;edward ed eddie ted;charles charlie chuck;elizabeth liz beth betty lisa;margaret maggie peggy;katherine catherine kate katie cathy;alexander alex sasha;
anthony tony;benjamin ben;daniel dan danny;david dave;donald don;frederick fred;gerald gerry jerry;gregory greg;henry harry hank;jeffrey jeff;kenneth ken;lawrence larry;matthew matt;
nicholas nick;patrick pat;peter pete;philip phil;raymond ray;ronald ron;samuel sam;stephen steven steve;susan sue;theodore ted;timothy tim;vladimir volodya;vincent vince;walter walt"""
NICKNAMES = {word: k for k, row in enumerate(_NICKNAMES.replace("\n", "").split(";")) for word in row.split()}
_FREQUENT = """
london york angeles paris berlin washington chicago boston texas california florida ohio virginia pennsylvania illinois michigan jersey georgia carolina toronto montreal ontario quebec
sydney melbourne queensland victoria zealand australia austria italy iran egypt syria libya singapore malaysia indonesia romania bulgaria lithuania latvia estonia algeria morocco
sudan ethiopia nigeria ghana colombia venezuela bolivia ecuador haiti jamaica nepal bangladesh lanka hong kong macau macao tokyo delhi madrid barcelona edinburgh dublin glasgow manchester
liverpool birmingham oxford cambridge cardiff belfast houston dallas philadelphia detroit seattle atlanta miami minnesota wisconsin indiana missouri tennessee kentucky oregon colorado arizona
alabama louisiana oklahoma iowa utah nebraska kansas maryland massachusetts connecticut orleans francisco hollywood vancouver jerusalem houston denver portland pittsburgh cleveland
arthur george louis paul mark henry alfred albert simon andrew eric brian kevin ryan jason scott adam frank martin luke jake sarah anna anne emma mary maria jane helen claire julia laura susan
rachel alice barbara charlotte amy carl karl hans juan jose carlos luis antonio diego pedro pierre jean francis hugh neil alan allen roger roy bruce howard douglas gordon graham keith stanley
stewart stuart derek dennis gary jay jonathan joshua nathan sean ian evan evans smith jones wilson brown johnson davis miller taylor anderson jackson thompson harris lewis robinson walker hall clark
moore turner parker morris murphy kelly campbell mitchell roberts carter phillips cooper bailey bennett murray lincoln kennedy roosevelt churchill clinton obama trump biden putin merkel nato nasa fifa uefa
bbc cnn nbc abc cbs nfl nba ncaa fbi cia who wto imf opec unesco unicef asean google facebook microsoft disney toyota harvard yale stanford tommy danny ethan logan marcus sebastian
"""
KNOWN = frozenset(SAME_PLACE) | frozenset(NICKNAMES) | frozenset(_FREQUENT.split())
"""Names so frequent that the vocabulary ranks them with ordinary words."""
_TITLES = """
president minister prime chancellor secretary king queen prince princess pope bishop archbishop cardinal father sister brother mother senator governor mayor judge justice captain colonel
major general lieutenant sergeant officer inspector detective sir lord lady dame mr mrs ms miss dr doctor prof professor coach director chairman chairwoman chair chief ceo commissioner ambassador
spokesman spokeswoman spokesperson comrade reporter reporters journalist correspondent editor author lawyer attorney deputy vice acting former aunt uncle saint st rep sen gov gen mayor premier tsar emperor sheikh imam rabbi deacon
herr frau präsident präsidentin kanzler kanzlerin ministerin doktor bürgermeister bürgermeisterin señor señora monsieur madame
"""
TITLES = frozenset(_TITLES.split())
"""Words before a person's name that are no part of it."""
_ORDINARY = """
ministry federation association embassy headquarters envoy congress parliament council committee commission court agency bureau office department authority university college school institute academy
hospital clinic museum theatre theater church cathedral temple mosque bank group company corporation inc ltd co corp llc gmbh ag club team cup league championship tournament games festival award prize
initiative agreement treaty convention charter act law bill code plan programme program project agenda strategy forum summit conference meeting congress assembly union party front movement alliance
network website daily times news post press journal gazette herald magazine radio television channel agency media internet online web wifi bluetooth covid coronavirus sars hiv aids dna ph phd mba
republic kingdom state states province county district prefecture region city town village street road avenue square bridge airport station port harbor harbour river lake sea ocean bay gulf mountain
mountains island islands peninsula canal valley desert park garden north south east west northern southern eastern western central upper lower far middle new old great grand royal national
international federal regional public people people's women's men's women men youth children day night week month year spring summer autumn fall winter morning evening new christmas easter ramadan
god gospel bible quran christ jesus lord islam islamic muslim muslims christian christians jewish jews buddhist catholic protestant orthodox hindu internet earth moon sun mars sunday
army navy air force police guard corps squad fleet ship boeing airbus part chapter section article volume book series season episode phase stage round version model type class level number
chinese new year's belt lunar dragon cultural heritage security defense defence foreign affairs interior finance justice education health science technology industry trade commerce culture sports agriculture
environment energy transport housing labour labor development reform cooperation communist democratic republican liberal conservative socialist labour green social workers volleyball football basketball
soccer tennis hockey golf rugby cricket olympic olympics paralympic world global annual usa pm am a.m p.m ii iii iv vi vii viii ix xi xii ceo cfo cto gdp vip tv pc id ip it ai hr pr rd diy faq gps usb
usd eur gbp cny rmb jpy rub hk hkd inr chf cad aud kg km cm mm kv mw gw ghz mhz gb tb mb
"""
ORDINARY = frozenset(_ORDINARY.split())
"""Words that are capitalized in titles and headings and name nobody by themselves."""
