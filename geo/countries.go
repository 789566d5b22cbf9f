package geo

// countryCodes holds the ISO 3166-1 alpha-2 codes, and XK, which stands for
// Kosovo by agreement of its users, two bytes each. The order is the numbering
// of Origin: append, never insert, remove or reorder.
const countryCodes = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZ" +
	"BABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ" +
	"CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ" +
	"DEDJDKDMDODZ" +
	"ECEEEGEHERESET" +
	"FIFJFKFMFOFR" +
	"GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGY" +
	"HKHMHNHRHTHU" +
	"IDIEILIMINIOIQIRISIT" +
	"JEJMJOJP" +
	"KEKGKHKIKMKNKPKRKWKYKZ" +
	"LALBLCLILKLRLSLTLULVLY" +
	"MAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZ" +
	"NANCNENFNGNINLNONPNRNUNZ" +
	"OM" +
	"PAPEPFPGPHPKPLPMPNPRPSPTPWPY" +
	"QA" +
	"RERORSRURW" +
	"SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZ" +
	"TCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ" +
	"UAUGUMUSUYUZ" +
	"VAVCVEVGVIVNVU" +
	"WFWS" +
	"XK" +
	"YEYT" +
	"ZAZMZW"

// countryNames holds the names in everyday English, in the same order.
var countryNames = [...]string{
	"Andorra", "United Arab Emirates", "Afghanistan", "Antigua and Barbuda",
	"Anguilla", "Albania", "Armenia", "Angola", "Antarctica", "Argentina",
	"American Samoa", "Austria", "Australia", "Aruba", "Åland Islands", "Azerbaijan",

	"Bosnia and Herzegovina", "Barbados", "Bangladesh", "Belgium", "Burkina Faso",
	"Bulgaria", "Bahrain", "Burundi", "Benin", "Saint Barthélemy", "Bermuda",
	"Brunei", "Bolivia", "Caribbean Netherlands", "Brazil", "Bahamas", "Bhutan",
	"Bouvet Island", "Botswana", "Belarus", "Belize",

	"Canada", "Cocos Islands", "DR Congo", "Central African Republic",
	"Republic of the Congo", "Switzerland", "Ivory Coast", "Cook Islands", "Chile",
	"Cameroon", "China", "Colombia", "Costa Rica", "Cuba", "Cape Verde", "Curaçao",
	"Christmas Island", "Cyprus", "Czechia",

	"Germany", "Djibouti", "Denmark", "Dominica", "Dominican Republic", "Algeria",

	"Ecuador", "Estonia", "Egypt", "Western Sahara", "Eritrea", "Spain", "Ethiopia",

	"Finland", "Fiji", "Falkland Islands", "Micronesia", "Faroe Islands", "France",

	"Gabon", "United Kingdom", "Grenada", "Georgia", "French Guiana", "Guernsey",
	"Ghana", "Gibraltar", "Greenland", "Gambia", "Guinea", "Guadeloupe",
	"Equatorial Guinea", "Greece", "South Georgia and the South Sandwich Islands",
	"Guatemala", "Guam", "Guinea-Bissau", "Guyana",

	"Hong Kong", "Heard and McDonald Islands", "Honduras", "Croatia", "Haiti", "Hungary",

	"Indonesia", "Ireland", "Israel", "Isle of Man", "India",
	"British Indian Ocean Territory", "Iraq", "Iran", "Iceland", "Italy",

	"Jersey", "Jamaica", "Jordan", "Japan",

	"Kenya", "Kyrgyzstan", "Cambodia", "Kiribati", "Comoros", "Saint Kitts and Nevis",
	"North Korea", "South Korea", "Kuwait", "Cayman Islands", "Kazakhstan",

	"Laos", "Lebanon", "Saint Lucia", "Liechtenstein", "Sri Lanka", "Liberia",
	"Lesotho", "Lithuania", "Luxembourg", "Latvia", "Libya",

	"Morocco", "Monaco", "Moldova", "Montenegro", "Saint Martin", "Madagascar",
	"Marshall Islands", "North Macedonia", "Mali", "Myanmar", "Mongolia", "Macao",
	"Northern Mariana Islands", "Martinique", "Mauritania", "Montserrat", "Malta",
	"Mauritius", "Maldives", "Malawi", "Mexico", "Malaysia", "Mozambique",

	"Namibia", "New Caledonia", "Niger", "Norfolk Island", "Nigeria", "Nicaragua",
	"Netherlands", "Norway", "Nepal", "Nauru", "Niue", "New Zealand",

	"Oman",

	"Panama", "Peru", "French Polynesia", "Papua New Guinea", "Philippines", "Pakistan",
	"Poland", "Saint Pierre and Miquelon", "Pitcairn Islands", "Puerto Rico",
	"Palestine", "Portugal", "Palau", "Paraguay",

	"Qatar",

	"Réunion", "Romania", "Serbia", "Russia", "Rwanda",

	"Saudi Arabia", "Solomon Islands", "Seychelles", "Sudan", "Sweden", "Singapore",
	"Saint Helena", "Slovenia", "Svalbard and Jan Mayen", "Slovakia", "Sierra Leone",
	"San Marino", "Senegal", "Somalia", "Suriname", "South Sudan",
	"São Tomé and Príncipe", "El Salvador", "Sint Maarten", "Syria", "Eswatini",

	"Turks and Caicos Islands", "Chad", "French Southern Territories", "Togo",
	"Thailand", "Tajikistan", "Tokelau", "Timor-Leste", "Turkmenistan", "Tunisia",
	"Tonga", "Turkey", "Trinidad and Tobago", "Tuvalu", "Taiwan", "Tanzania",

	"Ukraine", "Uganda", "US Outlying Islands", "United States", "Uruguay", "Uzbekistan",

	"Vatican City", "Saint Vincent and the Grenadines", "Venezuela",
	"British Virgin Islands", "US Virgin Islands", "Vietnam", "Vanuatu",

	"Wallis and Futuna", "Samoa",

	"Kosovo",

	"Yemen", "Mayotte",

	"South Africa", "Zambia", "Zimbabwe",
}

// Both lists have the same length, and every number fits an Origin.
var (
	_ [len(countryCodes)/2 - len(countryNames)]struct{}
	_ [len(countryNames) - len(countryCodes)/2]struct{}
	_ [MaxOrigins - int(firstCountry) - len(countryNames)]struct{}
)
