package main

// script is what people do. A line is "who where: what they type", or "who where:
// [button] the line that it carries", in an answer; with "[[" in a post; or "who where:
// (form) a=b; c=d", which fills in the form that was opened before. Behind it may stand,
// each on its own line:
//
//	refused                nothing may be stored
//	host: LINE             what stands for it on the host; "-": nothing can
//	own                    the answer differs on the host
//	discord: a=b; c=d      its native options there
//
// "monitor pingdom: fails learn" is a call of a monitor elsewhere; a check of the bot's own
// sees that nothing of Library works. "wait 12m" lets time pass; half a minute passes before each line. {#lib} is a channel
// and {@ann} a person, as the platform has them in what is typed; {lib} is the address.
// What is behind "the next day" is left out where the race detector watches: with it, the
// minutes of a day take half a minute.
const script = `
root ops: belltower whoami
	own
student teach: belltower help incident declare
	discord: command=incident declare
student teach: subscribe all
	host: subscribe {teach} all
	own
	discord: target=all
student lib: subscribe portal incidents major+
	host: subscribe {lib} portal incidents major+
	own
	discord: target=portal; kinds=incidents; least=major+
student lib: subscribe lern
	refused
	host: subscribe {lib} lern
	own
student lib: [Use learn] subscribe learn
	host: subscribe {lib} learn
	own
ann ops: subscribe {#lib} learn windows quiet
	discord: target=learn; kinds=windows; manner=quiet; channel={#lib}
student lib: subscribe
	refused
	host: subscribe {lib}
	own
ann ops: status
student teach: incident declare learn down
	refused
	host: -
ann ops: incident declare
	refused
ann ops: incident declare lern down
	refused
	discord: services=lern; impact=down
ann ops: [Use learn] incident declare learn down
ann ops: [Take INC-1 back] incident retract --yes 1
ann ops: incident declare learn slow Login is slow | We are <looking> & *asking* @everyone. --next 45m
	discord: services=learn; impact=slow; title=Login is slow; message=We are <looking> & *asking* @everyone.; next=45m
ann ops: incident tell 2
	discord: incident=2
ann ops: incident change 2 partly Login fails | It is worse.
	discord: incident=2; impact=partly; title=Login fails; message=It is worse.
ann ops: incident impact 2 down
	discord: incident=2; impact=down
ann ops: incident services 2 +portal:slow
	discord: incident=2; services=+portal:slow
ann ops: incident title 2 Nobody can log in
	discord: incident=2; title=Nobody can log in
ann ops: incident lead 2 {@root}
	discord: incident=2; person={@root}
ann ops: incident lead 2 me
	own
	discord: incident=2; lead=me
ann ops: incident began 2 03:52
	discord: incident=2; when=03:52
ann ops: incident note 2 Vendor ticket 8841 is open.
	discord: incident=2; message=Vendor ticket 8841 is open.
ann ops: incident update identified: The database is full. | next 20m
	discord: status=identified; message=The database is full.; next=20m
ann ops: incident update 2 idntified: The database is full.
	refused
ann ops: incident edit 2 #2 The database was full.
	discord: incident=2; number=2; message=The database was full.
ann ops: incident declare learn down Learn again
	refused
	own
	discord: services=learn; impact=down; title=Learn again
ann ops: [Separate incident] incident declare --separate learn down Learn again
ann ops: incident merge 3 into 2
	discord: incident=3; into=2
ann ops: incident snooze 2 10m
	discord: incident=2; for=10m
ann ops: incident nothing-new 2
	discord: incident=2
wait 16m
ann ops: incident show 2
	own
	discord: incident=2
ann ops: incident list all
	discord: which=all
student teach: belltower why 2
	host: -
	discord: incident=2
ann ops: incident update 2
	refused
	own
	discord: incident=2
ann ops: (form) status=monitoring; message=Better now: R&D says <ok>, "really" -- *ok*.
	host: incident update 2 monitoring: Better now: R&D says <ok>, "really" -- *ok*.
ann ops: incident resolve 2 All is well. --yes
	discord: incident=2; message=All is well.; yes=true
ann ops: incident reopen 2 It fails again.
	discord: incident=2; message=It fails again.
ann ops: [[Resolve INC-2] incident resolve --yes 2
ann ops: incident ended 2 04:35
	discord: incident=2; when=04:35
ann ops: incident retract 77 wrong
	refused
	discord: incident=77; reason=wrong
ann ops: incident drill portal down Practice
	own
	discord: services=portal; impact=down; title=Practice
ann ops: incident update 4 We practise.
	discord: incident=4; message=We practise.
ann ops: incident resolve 4 Well done.
	discord: incident=4; message=Well done.
ann ops: window schedule portal,mail degraded dec 5 10pm for 2h New switches | Please save your work.
	refused
	discord: services=portal,mail; effect=degraded; when=dec 5 10pm; for=2h; title=New switches; details=Please save your work.
ann ops: [Schedule it] window schedule --yes portal,mail degraded 2026-12-05T22:00:00-05:00 for 2h New switches | Please save your work.
ann ops: window schedule portal dec 5 11pm for 1h Another --yes
	refused
	discord: services=portal; when=dec 5 11pm; for=1h; title=Another; yes=true
ann ops: window schedule portal dec 5 11pm for 1h Another --force "the vendor asked" --yes
	discord: services=portal; when=dec 5 11pm; for=1h; title=Another; yes=true; force=the vendor asked
ann ops: window schedule learn dec 12 4am for 1h In the finals --force "I want" --yes
	refused
	host: -
	discord: services=learn; when=dec 12 4am; for=1h; title=In the finals; yes=true; force=I want
ann ops: window schedule learn tomorrow 2am for 1h Short notice --urgent "it leaks" --yes
	discord: services=learn; when=tomorrow 2am; for=1h; title=Short notice; yes=true; urgent=it leaks
ann ops: window schedule learn yesterday 2am for 1h Too late --yes
	refused
	discord: services=learn; when=yesterday 2am; for=1h; title=Too late; yes=true
ann ops: window schedule mail every thursday 04:00 for 3h Patches --yes --urgent "they are late"
	discord: services=mail; when=every thursday 04:00; for=3h; title=Patches; yes=true; urgent=they are late
ann ops: window cancel 4 dec 24 Holidays --yes
	discord: window=4; day=dec 24; reason=Holidays; yes=true
ann ops: window move 4 dec 17 to dec 18 04:00 --yes
	discord: window=4; day=dec 17; when=dec 18 04:00; yes=true
ann ops: window start 4
	refused
	discord: window=4
ann ops: window move 1 dec 6 22:00 for 1h
	refused
	discord: window=1; when=dec 6 22:00; for=1h
ann ops: [Move it] window move 1 --yes 2026-12-06T22:00:00-05:00 for 1h
ann ops: window hold 1
	discord: window=1
ann ops: window cancel 2 The vendor is not ready.
	refused
	discord: window=2; reason=The vendor is not ready.
ann ops: [Cancel it] window cancel 2 --yes The vendor is not ready.
ann ops: window start 3 --yes
	discord: window=3; yes=true
ann ops: window extend 3 1h --yes
	discord: window=3; for=1h; yes=true
ann ops: window complete 3 All went well.
	discord: window=3; message=All went well.
ann ops: window start 1 --yes
	discord: window=1; yes=true
ann ops: window incident 1 down The switches do not start. --yes
	discord: window=1; impact=down; message=The switches do not start.; yes=true
student lib: window list all
	own
	discord: which=all
student lib: window show 4
	own
	discord: window=4
ann ops: window timeline 4
	discord: window=4
ann ops: window deliveries 3
	discord: window=3
ann ops: window faculty 4
	own
	discord: window=4
ann ops: window help extend
	discord: command=extend
student teach: belltower why win-3
	host: -
	discord: window=3
student teach: status learn
	discord: target=learn
student teach: [Show here] status learn here
	own
ann ops: incident timeline 2
	discord: incident=2
ann ops: incident deliveries 2
	discord: incident=2
ann ops: incident help resolve
	discord: command=resolve
ann ops: incident show 99
	discord: incident=99
	refused
ann ops: subscribe {#teach} Teaching windows,digest loud
	discord: target=Teaching; kinds=windows,digest; manner=loud; channel={#teach}
student teach: subscribe portal from 22:00 to 7:00 only critical
	host: subscribe {teach} portal from 22:00 to 7:00 only critical
	own
	discord: target=portal; hours=22:00 to 7:00 only critical
root ops: belltower hold {connection} they asked
	discord: connection={connection}; reason=they asked
ann ops: incident update 5 identified: The power is out.
	discord: incident=5; status=identified; message=The power is out.
root ops: belltower release {connection}
	discord: connection={connection}
student lib: unsubscribe portal
	host: unsubscribe {lib} portal
	own
	discord: target=portal
ann lib: unsubscribe
	refused
	host: unsubscribe {lib}
	own
ann lib: [Unsubscribe from everything] unsubscribe --yes
	host: unsubscribe --yes {lib}
	own
ann lib: subscribe
	refused
	host: subscribe {lib}
	own
ann lib: (form) target=portal; kinds=incidents; manner=loud
	host: subscribe {lib} portal incidents loud
	own
student lib: subscribe test
	host: subscribe {lib} test
	own
root ops: belltower access
root ops: belltower audit
	own
ann ops: belltower audit
	refused
	host: -
wait 15m
ann ops: [[Snooze INC-5 10 min] incident snooze 5 10m
wait 25m
ann ops: [[Nothing new on INC-5] incident nothing-new 5
ann ops: incident update 5 “Better”… we hope 🎉: 50% of *all* <b>users</b> & R&D, ` + "`code`" + `, _so_ ~far~ @here http://example.edu/a?b=c&d=e —next 30m
ann ops: belltower incident resolve 5 The power is back. --yes
ann ops: probe list library
	discord: services=library
ann ops: probe run library catalogue
	discord: services=library; check=catalogue
monitor pingdom: fails library
ann ops: probe alerts
student lib: probe alerts
	refused
	host: -
ann ops: probe show library
	discord: alert=library
ann ops: probe deliveries
monitor alertsite: fails library
ann ops: probe hold 1
	discord: alert=1
ann ops: [[Acknowledge ALR-1] probe ack 1
ann ops: probe ack 7
	refused
	discord: alert=7
ann ops: probe declare 1 --yes Nothing is found | The catalogue is down. --next 45m
	discord: alert=1; title=Nothing is found; message=The catalogue is down.; yes=true; next=45m
monitor alertsite: passes library
ann ops: service sorry library
	refused
	discord: services=library
ann ops: [Put up the sorry page of Library] service sorry library on
ann ops: service sorry library off We look ourselves.
	discord: services=library; state=off; reason=We look ourselves.
ann ops: service sorry library auto
	discord: services=library; state=auto
ann ops: service sorry
	refused
ann ops: (form) services=library; state=on; reason=Nobody should see the error.
	host: service sorry library on Nobody should see the error.
ann ops: service sorry learn on
	refused
	discord: services=learn; state=on
ann ops: service help sorry
	discord: command=sorry
ann ops: incident resolve 6 The catalogue is back. --yes
	discord: incident=6; message=The catalogue is back.; yes=true
ann ops: [[Not yet: INC-6] incident reopen --yes 6
monitor pingdom: passes library
ann ops: incident resolve 6 The catalogue is back. --force "our check is wrong"
	discord: incident=6; message=The catalogue is back.; force=our check is wrong
ann ops: probe mute mail,portal 2h
	discord: services=mail,portal; for=2h
ann ops: probe mute
	refused
ann ops: (form) services=learn,mail; for=4h
	host: probe mute learn,mail 4h
ann ops: probe unmute
	refused
ann ops: (form) services=learn
	host: probe unmute learn
monitor pingdom: fails mail
ann ops: probe declare 2
	refused
	host: -
ann ops: probe alerts
ann ops: probe unmute mail
	discord: services=mail
ann ops: [[Mute ALR-2 1 h] probe mute 2 1h
ann ops: probe close 2
	discord: alert=2
ann ops: probe help mute
	discord: command=mute
ann ops: incident declare
	refused
ann ops: (form) services=mail,portal; impact=major; title=Mail "is" slow --really; message=We look, *all* of us.; next=45m
	host: incident declare mail,portal partly Mail "is" slow --really | We look, *all* of us. --next 45m
ann ops: window schedule
	refused
ann ops: (form) services=mail; when=dec 20 22:00; for=1h; title=By form
	refused
	host: window schedule mail dec 20 22:00 for 1h By form
ann ops: [Schedule it] window schedule --yes mail down 2026-12-20T22:00:00-05:00 for 1h By form
the next day
wait 25h10m
ann ops: [[Work is done: WIN-5] window complete 5
	refused
	host: -
ann ops: (form) message=The patches are in.
	host: window complete 5 The patches are in.
ann ops: incident resolve 7 --yes
	discord: incident=7; yes=true
ann ops: status here
ann ops: window list 30d
	discord: which=30d
`
