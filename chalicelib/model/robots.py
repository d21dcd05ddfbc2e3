"""Names of robots, made by `make robots`; not written by hand.

The names are what is fixed in the patterns of these lists:

    crawler-user-agents 1.67.0  MIT
    crawlerdetect 0.4.2  MIT

Copyright (c) 2017 Martin Monperrus
Copyright (c) 2019 Vitalii Shishorin

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

from typing import Final, Literal

Kind = Literal["bot", "scanner", "link_preview"]

LISTS: Final = ("crawler-user-agents 1.67.0", "crawlerdetect 0.4.2")

_BOT: Final = """\
008/
13tabs
1pilot
2gdpr/
2ip.ru
404enemy
7siters
80legs
^astute
^butterfly
^current
^fdm
^fever
^fluid
^java
^java/
^microsoft outlook
^octopus
^oppo a33
^silk/
^sonic
^speedy
^yandex
^zeus
a.pr-cy.ru
a360-search
a3logics.in
abonti
aboundex
aboutthedomain
academicbotrtu
accessstatus
acoon
activecomply
adauth/
adbeat
admantx
adminlabs
adressendeutschland
adreview/
adstxt-worker
adstxtaggregator
adventurer
aether
affiliatelabz/
ahc
ahc/
ahrefs
aihit
aiohttp
aiohttp/
airmail
akka-http/
akula/
alertra
alertsite
alibaba.security.heimdall
alienfarm
alittle client
allafrica
alligator
allloadin
allorigins
allsubmitter
amagit
amazon cloudfront
amazon-route53-health-check-service
amazonbuyforme
amazonsellerinitiatedlisting
amzn-user
anarchie
anchor browser
androiddownloadmanager
anemone
anglesharp
annotate_google
anomura
anthill
anthropic-ai
anyevent
anyevent-http/
apache ant/
apache droid
apache openoffice
apache-httpasyncclient
apachebench
apercite
apexoo
apimon.de
aportworm/
appbeat/
applesyndication
appsiteassociation
aprc/
arachmo
arachnode
arachnophilia
aragog/
aranea
aria2
artemis web reader
arukereso
asafaweb
asana/
ask jeeves
askquickly
aspseek
asterias
asynchttp
attach
attohttpc
attracta
authory
autocite
autoconfig test from ustc
automaticwptester
automaton
autonomy
axios
axios/
b-l-i-t-z-b-o-t
b0t
backlink-ceck
backlinkhttpstatus
backstreet
backupland
backweb
bad-neighborhood
badass
baidu-yunguance
bandit
barkrowler
barracuda sentinel (ee)
basicstate
batchftp
battleztar bazinga
baypup/
bazqux
bbbike
bcklinks
begunadvertising
bestchange
bidtellect
bigbozz
bigfoot
biglotron
binarycanary
binglocalsearch
binu image cacher
bitacle
bitbucket-webhooks
biz_directory
bkctwitterunshortener/
black hole
blackboard
blackboard safeassign
blackbox exporter/
blackwidow
bling erp
blingerp
blockaid
blogbridge
bloglines
bloglovin
blogpulselive
blogsearch
blogtraffic/
blogtrottr
blogvault
blowfish
bluefish
boitho.com-dc
boost.beast
botify
botpoke
bpimagewalker
braintree-webhooks
branch metrics api
branch-passthrough
brandprotect
brandverity
brandwatch
brodie/
browsershots
btwebclient
bubing
buck/
buddy
bugsnag
builtwith
bullseye
bunnyslippers
burf search
bushbaby
butterfly/
buttondown
buzzsumo
bw/
caam dot crwlr at gmail dot com
caam/
cakephp
calculon
calypso v/
canary%20mail
capitaloneshopping
caretnail
catchpoint
catexplorador
caveman-hunter
cc metadata scaper
cegbfeieh
censys
centuryb
centuryb.o.t9
cerberian drtrs
certytags
cf-facebook
cg-eye
changesmeter
channable
charlotte
chatgpt-user
chatterino-api-cache
check_http
checkhost
checkly
checkmarknetwork/
checkprivacy
cherrypicker
chinaclaw
chirp
chirp/
chlooe
chromaxa
cincraw
cirrusexplorer
cispa vulnerability notification
citoid
cjnetworkquality
clarsentia
classla-web
claude-user
claude-web
clickagy
clips.ua.ac.be
cloud mapping
cloudendure
cloudflare-alwaysonline
cloudflare-autorag
cloudflare-csup
cloudflare-healthchecks
cloudflare-speedtest
cloudflare-stream-hook
cloudflare-stream-webhook
cloudflare-traffic-manager
cloudinary
cloudtrellis
cludo
coccoc
code/1.
cognitiveseo
cohere-ai
coldfusion
collapsify
colly
colly -
comodo dcv
contentkingapp
contextual code sites explorer
convera
convermax
cookiereports
copyright sheriff
copyrightcheck
copyscape
corax
corporama matcher
cortex/
cosmos4j.feedback
cotoyogi
covario-ids
cpp-httplib
craw/
crazy egg
crescent
criteo
cronless
crowsnest
crusty/
cshttp
csscheck
cula/
curb
curious george
curl
cuwhois/
cyotekwebcopy
dangdang
dap/nethttp
dareboost
dark visitor
dart/
databasedrivermysqli
datacha0s
datanyze
dataparksearch
dataprovider
dataxu
daum
daum/
daumoa
daumoa/
davclnt
dbpoweramp
ddline
debugbear
deepnoc
deeris
demon
determ
deusu
deusu/
devil
devin
dhsh
digg
digg deeper
digincore
digitalpebble
dispatch/
disqus
disqus/
dittospyder
dlc/
dlvr
dlvr.it
dmbrowser
dnspod-reporting
docker/
docoloc
dolphin http client
domainappender
domainlabz
domains project/
donuts content explorer
dotmailer content retrieval
dotsemantic
downforeveryoneorjustme
downnotifier
drataautopilot
dreamhost data team
drip
drupact
ds9
dubaiindex
earthcom
easybib autocite
easybill-importmanager
easycron/
easydl
ebingbong
ecairn-grabber
ecatch
eccp
econtext/
ecxi
edgewatch
eirgrabber
electricmonk
elefent
email exractor
email wolf
embarcadero
embed php library
endo/
erepublik.tools
eright
evc-batch
everwall link expander
evidon
evrinid
exactsearch
exaleadcloudview
excel/
exif
exodusmovement
exorank
exploratodo
express webpictures
extreme picture finder
eyenetie
ezgif
ezid
ezlynx
ezooms
facebookcatalog
facebookcatalog/
facebookexternalua
facebookplatform
fairshare
faraday v
fastdast
fasthttp
faveeo
favorg
fediact service
fedidb
fediindex
fedineko
fedoraplanet
feeltiptop
fever/
filestack
fimap
findlink
findthatfile
firmograph
flamingo_searchengine
flashget
flipboardrss
florienzh/
fluffy
flunky
flynxapp
forensiq
forusp
foundseotool
fragfinn.de
freespoke/
freeuploader
freshrss
frontman
funnelback
fuzz faster u fool
g-i-g-a-b-o-t
g2 web services
ganarvisitas
geedoproductsearch
geedoshopproductfinder
geek-tools
gemini-deep-research
genieo
gentlesource
getcode
getintent
getlinkinfo
getprismatic
getright
getroot
geturlinfo/
getweb
geziyor
gigablast
gigablastopensource
gis-labs
git/
github-hookshot
gitlab/
globalwebsearch
go http package
go!zilla
go-ahead-got-it
go-mtasts/
gobuster
gobyus
goldfire server
golfe/
gooblog
goodzer
goodzer/
google appsviewer
google desktop
google keyword suggestion
google keyword tool
google pp default
google search console
google trust services
googleassociationservice
googleassociationservice/
googledocs
googlehc/
googlemessages
googleother
googleproducer
googlesites
gookey
goose/
gopay
gospotcheck
gotit
gotosocial
gozilla
grabber
grabify
grabnet
gradle/
grafula
grammarly
grammarly/
grapefx
greatnews
gregarius
grequests
grokkit
grouphigh
grouphigh/
grover/
grub-client
gsoap/
gt::www
gtmetrix
guzzlehttp
gvfs/
gwene
haaartland http client
haansoft
haartland http client
hackney/
happyapps-webcheck
happywing
haveinlistenricher
havij
haxermen
headmasterseo
hello from palo alto networks
hello world
heritrix
hetrixtools
hexometer
hf-research/
historious
hkedcity
hledejlevne.cz
hloader
hmview
holmes
holubem.eu
honesosearchengine
hosterstats
hosttracker
hosttracker/
hotjar
ht://check
htdig
htmlparser
htmlyse
http-get
http-header-abfrage
http-kit
http-request/
http-tiny
http.rb/
http_compression_test
http_get
http_request2
http_requester
httpcomponents
httphr
httpie
httpie/
httping
httpmon
httprequest
httpscheck
httpssites_power
httpunit
httpurlconnection
httpx
httrack
huaweisymantec
hubspot
hubspot-link-resolver
humanlinks
hype machine/
hypestat
i2kconnect/
iab-tech-lab
iblog
ichiro
id-search
ideelaborplagiaat
idg twitter links resolver
idg/eu
idwhois/
ifttt/
igdespyder
igoogleportal
iltrovatore
image sucker
imageengine/
imagemind
imagevisu/
imagga
imagineeasy
img2dataset
imgsizer
inagist
inbound.li parser
inboxb0t
indesign%20cc
indy library
ineturl
infegy
infohelfer
infosifter
infotekies
infowizards reciprocal link
infrawatch/
innguma/
innologica
inoreader
instabid
instapaper
instapaper/
integrity
integromat/
integromedb
intelliseek
interget
internet ninja
internetseer
internetwache
intravnews
iodc
ioi
iplabel
ips/
ipworks http/s component
iqdb/
iria
irokez
iskanie
isonai-user
isup.li
ithemes sync/
izabee
izsearch
jahho
janforman
jaunt/
jbrofuzz
jeode/
jersey/
jetcar
jetmon/
jetty
jetty/
jigsaw
jobboerse
jobo
jobrapido
jobsearch1.5
joinvision generic
jolokiapwn
joomla
jorgee
js-kit
jumio
justview
kaspersky lab cfr link resolver
kelny/
kerrigan/
keycdn
keycdn-tools/
keyword density
keywords research
khttp/
kickfire
kimonolabs/
klaviyo/
knows.is
kocmohabt
kouio
krawler.dk
krynos
kubectl
kulturarw3
kumkie
l.webis
l9tcpid/
lac_iaharvester
laion-huggingface-processor
larbin
lavf/
lcc
leechftp
leechget
letsencrypt
lftp
library of congress web archiving
libvlc
libweb
libwhisker
libwww
licorne
liferea/
lightspeedsystems
likse
link valet
link-check
linkace/
linkalarm/
linkcheck
linkdex
linkexaminer
linkfluence
linko
linkpeek
linkreader/
linksmanager
linktiger
linkwalker
linkwalker/
lipperhey
litemage_walker
loadimpactrload
loc.gov/programs/web-archiving
localsearch-web
longurl api
longurl-r-package
lscache_runner
lua-resty-http
lucee (cfml engine)
lush http client
lwp-request
lwp-trivial
lwp::simple
lycos
lyt.sr
mabontland
macocu
macoutlook/
mag-net
magellan
magicsearchdev/
magnet.me-web/
magpierss
mail.ru
mail/
mail::sts
mailchimp
mailpit/
mainwp/
majestic12
make/
managewp
mandrill
manus-user
mappercmd
mappydata
marketgoo/
marketinggrader
marketingminer
markwatch
mata hari
matchorysearch
matchorysearch/
mattermost
mavifinds
mechanize
mediametric
mediavinemetadataparser/
mediawords
megaindex
megaindex.ru
meltwaternews
melvil rawi
memgator
meta-externalads/
metaspinner
metauri
metorik
mfc_tear_sample
mget
microsearch
microsoft data access
microsoft office
microsoft url control
microsoft-webdav-miniredir
microsoft.data.mashup
midown tool
miixpc
mikrotik/
mindjet
miniflux
miniflux/
mio_httpc
mister pix
mistralai-user
mixdata dot com
mixnode
mixnodecache/
mnogosearch
modularconnector/
mogimogi
mojeek
mollie
mollie http client
monit/
monitis
monitis -
monspark
monspark/
montastic
montools
moreover
morning paper
movabletype
mowser
mr.4x3 powered
mrcgiguy
ms web services client protocol
msfrontpage
mshots
muckrack
muckrack/
mvaclient
mxtoolbox
mxtoolbox/
nagios
najdi.si
name intelligence
nameprotect
nanointeractive
navroad
nbertaupete95
nearsite
needle
net vampire
netants
netapi
netcraft
netlab360
netlyzer
netmechanic
netnewswire
netpursual
netresearch
netresearchserver
netsparker
nettle
nettrack
netumo
netvibes
netvigie
networkingextension
netzip
neustar wpm
neutrinoapi
new york times newsgathering
newrelicpinger
newsai/
newsblur
newsgator
newsme
newsnow/
newspaper/
newsroom.bi
next.js middleware
nextcloud
ng-search
ng/
nghttp2
nibbler
nicerspro
nicheindex
nihilscio
nineconnections
nitro-
nlnz_iaharvester
nlux_iaharvester
node-urllib
nodemeter
nodeping
noibu
nominet.org.uk
nominet.uk
nooshub/
norton-safeweb
notifixious
notifyninja
notionembedder
novaact/
novellum
npm/
nuclei
nuhk
nutch
nuzzel
nvdorz
nyawc/
nymesis
nyu
observatory/
observepoint
ocelli/
odin;
oegp
offline explorer
offline navigator
ogscrper
ohdear/
okhttp
omgili
omnisend/
omsc
onetrust
online domain tools
open source rss
openfind
opengraphcheck
openlinkprofiler
openrss
openstat/
operator/
orbiter
orion-semantics
outbrain
outlook-express
outlook-ios
overcast/
ow.ly
owler
owler (ows.eu
owler-w
owlin
owncloud news
oxfordcloudservice
page scorer
page valet
page2rss
pagefreezer
pagegrabber
pagepeeker
pagepeeker/
pagescorer
pagespeed/
pagething
pandalytics
panopta
panscient
papa foto
parsijoo
pavuk
paypal ipn
paypal/
pcbrowser
pcore-http
pdf24 url to pdf
pearltrees
pecl::http
peerindex
peew
penthouse critical path css generator
peoplepal
perplexity-user
perplexityuser
photon/
php-aymapi/
php-curl-class
php-requests
php/
phpservermon
pi-monster
picscout
picsearch
picturefinder
pimonster
ping.blo.gs
pingability
pingadmin.ru
pingadmin.ru/
pingdom
pingoscope
pingspot
pip/
pixray
pizilla
plagger/
pleroma
ploetz + zeller
plukkie
plumanalytics
pnpm/
pocketcasts/
pocketimagecache
pocketparser
pockey
podcastaddict/
podchaserparser
podimo
poe-component-client-http
poggio-citations
polymail/
pompos
porkbun
postano
postfix-mta-sts-resolver
postmanruntime
postpost
postrank
potions/
powerpoint/
pr-cy.ru
prebid
prerender
printfriendly
prittorrent
prlog
pro-sitemaps/
project 25499
project-resonance
project25499
prospectb2b
protopage
protopage/
prowebwalker
proximic
ps_daily/
ptst
ptst/
pulsepoint
pump
qirina hurdler
qrafterpro
qseero
qualidator
qualys
queryn metasearch
queuedriver
quic-go-http/
quiterss
qwantify
radian6
radiopublicimageresizer
railgun/
rankactive
rankflex
rapidload/
re-re studio
reactornetty
readability
readable/
rebelmouse
recorder
recurly webhooks/
recurpost/
red/
redback/
reeder/
reederformac
reelevant/
reget
remove.bg/
repomonkey
request.js
reqwest/
responsecodetest
restsharp
retool/
retrolistecom/
revvimgort/
reward-gateway
riddler
rigor)
rival iq
rivva
rma/
robosourcer
robozilla
roi hunter
rss-parser
rss.social
rss2tg
rssapi/
rssmix/
rssowl
ryowlengine
s4a/
salesintelligent
saleslift
sap netweaver application server
saucenao
sbider
scalaj-http
scamadviser-frontend
scoop
scoop.it/
scooter
scope3
scoutjet
screaming
scrubby
scrutiny/
search.marginalia.nu
search.thunderstone
search37
searchatlas
searchenginepromotionhelp
searcherweb
searcherxweb
searchestate
searchexpress
searchsight
searchwp
seeker
seekport
seewithkids
semantic-visions
semanticjuice
semiocast http client
sempi.tech
semrush
sendgrid event api
sendsay.ru
sentinel-linkcheck
sentry/
seo browser
seo servis
seo-nastroj.cz
seo4ajax
seobility
seocentro
seocheck
seocompany
seogets
seokicks
seolik.ru
seolizer
seolyt
seomoz
seoprofiler
seosearch
seositecheckup
seostar.co
seostats
sequelwp
serverdensity
servernfo
sexsearcher
seznam
sfdc-callout/
shelob
shodan
shopify-captain-hook
shoppimon
shopwiki
shortlinktranslate
shortpixel
shorturl lengthener
shrinktheweb
sideqik
siege
silktide
simplepie
simplyfast
sindresorhus/got
sindup
siphon
sistrix
site sucker
site-shot/
site24x7
sitebar
sitebeam
sitebulb
sitebulb/
sitecondor
siteexplorer
siteguardian
siteimprove
siteindexed
sitelock
sitemap generator
sitemapgenerator
sitemaps generator
sitesearch360/
siteshooter b0t
sitesnagger
sitesucker
sitetruth
sitevigil
slack/
slysearch
smrf url expander
smurlexpander
snacktory
snake
snapchatads/
snappy
snapsearch
snarfer/
sniffrss
snipcart/
sniptracker
snoopy
snowhaze search
sogou
sogou web
solarwinds/
sora pos/
sortsite
sottopop
sottopopnone
spacebison
spamexperts
spammen
spanner
sparkpost
sparkshipping
spawning-ai
spaziodati
spdycheck
spectate/
speedkit
speng
spinn3r
splash version/
splunk
spray-can
sprinklr
spyonweb
sqlworm
sqwatcher
sqworm
ssl-tools
stackrambler
stape/
statastico/
statically-
statistikaustria/
statuscake
steeler
stratagems kumo
stripe/
stroke.cz
studiofaca
stumbleupon
suchen
summify
superhttp
surphace scout
suzuran
svix-webhooks/
swcd
swisscows
swurl
symbolicator/
symfony browserkit
symfony2 browserkit
synapse/
syndirella/
sysomos
szukacz
t0phackteam
tactiscout/
takeout
tarantula/
taringa ugc
tarmotgezgin
tchelebi/
techiaith.cymru
teleport
telesoft
telesphoreo
telesphorep
teoma
termly
terracotta
terrainformatica
testlocally/
testuri
tetrahedron
textrazor
the drop reaper
the expert html source viewer
the intraformant
the knowledge ai
theinternetrules
theinternetsearchx
thenomad
thinklab
thousandeyes
tineye
tiny tiny rss
toata
topster
tracemyfile
trackuity
trae/
trafilatura
trellis-services
trendiction
trendsmap
trendsmapresolver
trendspottr
trentwil.es
trove
trustly/
truwogps
tryjsoup
tsm-turingos
ttd-content
tulipchain
turingos
turnitin
tweakers
tweetedtimes
tweetminster
tweezler/
twibble
twice
twikle
twine/
twingly
twisted pagegetter
twurly
typhoeus
ubermetrics-technologies
uclassify
udmsearch
ultimate_sitemap_parser
um-fc
um-ic
um-ln
unchaos
undici
unirest-java
unshorten.it
unshortenit
untiny
updated
upday/
upflow
uptimia
uptrends
ureq
url/emacs
urlcheckr
urlcheckr/
urlitor
urlresolver
urlstat
urltester
urltrends ranking updater
urly warning
urly.warning
vacuum
vagabondo
vagabondo/
vb project
vbseo
vci
verity
verity/
vigil/
virusdie
visionutils
visual rights group
voideye
voil
voltron
voyager/
vsb-tuo/
vse/
vulnbusters meter
vyu2
w3c-checklink
w3c-mobileok
w3c_unicorn
wac-ofu
wakeletlinkexpander
wallpapers/
wallpapershd
wangling
wappalyzer
watchful
watchmouse
wayback
wbsrch/
web auto
web collage
web enhancer
web fuck
web pix
web sauger
web screen service by hyperhost
web spyder
web sucker
web-sniffer
webalta
webauskunft
webauto
webceo online/
webclient/
webcollage
webcookies
webcopier
webcorp
webdatastats
webdoc
webenhancer
webflow
webfuck
webgazer
webgo is
webimagecollector
webimages
webindex
webkit2png
webleacher
webmastercoffee
webmon
webpix
webreaper
websauger
webscreenie
webshag
webshot
website quester
websiteops
websitepulse
websitequester
websnapr
websniffer
websniffer/
webster
webstripper
websucker
webtech/
webwhacker
webzio
webzip
wedos online
welikelinks
wepa
wepchsearchengine
wesee
wesee:search
wf84
wfuzz/
wget
whatcms
whatsmyip
whatweb
wheregoes?
whibse
whoapi/
whorunscoinhive
whynder magnet
wikido
windows-rss-platform
winhttp/
winpodder
wjhro/
wkhtmlto
wmtips
woko
woorankreview
woorankreview/
word/
wordpress/
wordup-1
wordupinfosearch
worldping-api
wotbox
wp engine install performance api
wp rocket
wp time capsule
wpif
wpmu dev hub
wpumbrella
wscheck
wsm/
wtrace
www-collector-e
www-mechanize
www::document
www::mechanize
wwwoffle
x09mozilla
x22mozilla
xaxissemanticsclassifier
xenforo/
xenu link sleuth
xing-contenttabreceiver
xml sitemaps generator
xpymep
xpymep.exe
xrl/
y!j
y!j-
yaanb
yacy
yahoocachesystem
yahooysmcm
yak/
yandeg
yanga
yeti
ylt
ylt chrome
yo-yo
yokoygroupag/
yoleo consumer
your-website-sucks
yp.pl
zabbix
zade
zao
zapier
zauba
zemanta aggregator
zend_http_client
zendesk webhook
zermelo
znajdzfoto
znhttp
zombie.js
zoom.mac
zoominfo-
zoterotranslationserver
zoterotranslationserver/wmf
zyborg
"""
_SCANNER: Final = """\
^ap3a.240617.008
^expanse
abuse.xmco.fr
acunetix
air.ai/scanning
akismetbot
aliyunsecbot
antibot
artemisbot
asnriskscorer
bad neighborhood header detector
binlar
bitdiscovery
bitsightbot/
blackduck-fd
browserbot-observer
censysinspect/
cert pl
certchief
cloudflare-radar-scanner
cloudflare-ssldetector
cookie-maestro
cookiebot
cookiehub bot
cookiehubscan
cookiehubverify
cookieyesbot
csirt.cz
cyberpatrol
cypex.ai/scanning
detectify
digicert dcv
dirbuster
dnsscanner
do not track verifier
dratabot
ec2linkfinder
emailwolf
feed image audit
filterdb.iss.net/crawler
foregenix
google-trust-services/
hardenize
hstspreload-bot
http banner detection
https://developers.cloudflare.com/security-center/
ip-web-crawler.com
isscyberriskcrawler/
iubenda-radar/
jugendschutzprogramm-crawler
k7mlwcbot
keydrop.io
krawlerbot
l9explore
l9scan
legalmonster
let's encrypt
lightspeedsystemscrawler
ltx71
masscan
mrgbot/
nessus
netcraft ssl server survey
netcraftsurveyagent
netsystemsresearch
nikto
ninja bot
nmap scripting engine
nstoolsbot/
openvas
probelyspdr/
projectshield-urlcheck
reverseengineeringbot
riddler (http://riddler.io
safednsbot
sansec security monitor/
sbl-bot
securityheaders
software-security-research
sqlmap
ssl labs
ssl labs (https://www.ssllabs.com
sucuri
test certificate info
tls tester
twinwavescanner
unshorten.it!
urlbeebot
ut-dorkbot
vaultpress
verispider
virustotal
visionheight.com/scan
wanscannerbot
watchtowr
whatweb/
wpscan
wpsec/
wtotem
zgrab
zmeu
"""
_LINK_PREVIEW: Final = """\
9bot/
^viber
aasa-bot
addthis
arenaunfurlbot
bingpreview/
bluesky-domain-status-classifier
bluesky/
blueskypreviewbot
bufferlinkpreviewbot
chatwork linkpreview
clickuplinkunfurler
codabot
dazzle bluesky bot
dbot)
dingtalkbot-linkservice
discordbot
discourse forum onebox
embedly
evernoterichlinkbot
everyonesocialbot
facebookexternalhit
facebot
fastmailua
flipboardproxy
friendica
gg peekbot
github-camo
goodreads
google web preview
googleimageproxy
groupmebot
hatena
iframely
jetslide
keybasebot
lemmy
linespider
linkedinbot
listgembot
lmarenaunfurlbot
loomlybot
mastodon
mattermost-bot/
mediumbot-metatagfetcher
meta-externalagent/
meta-externalfetcher/
meta-externalhit/
meta-webindexer
metaiab facebook
microsoftpreview/
newsharecounts
ning/
notion/
odklbot/
opengraph.io/
orlo-linkpreview/
pinterest.com/bot
quora-bot
redditbot
shortwave image fetcher
skypeuripreview
slack-imgproxy
slackbot
snap url preview service
snapurlpreview/
summalybot
supabase paired crawler
synapse
telegrambot
tiktokspider
tumblr/
tweetmemebot
twilioproxy/
twitterbot
valve/steam
vkrobot
vkshare
whatsapp
xing bot
yahoo link preview
yahoomailproxy
"""


def names() -> dict[str, Kind]:
    """Each name in small letters, and what it is the name of."""
    kinds: tuple[tuple[Kind, str], ...] = (("bot", _BOT), ("scanner", _SCANNER), ("link_preview", _LINK_PREVIEW))
    return {name: kind for kind, text in kinds for name in text.splitlines()}
