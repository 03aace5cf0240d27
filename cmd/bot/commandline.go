package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/umassonline/belltower/internal/config"
)

// The whole command line: every command with its flags, arguments and help. What a command
// does stands in the file that has its name.

// newCLI is the command line of a process.
func newCLI(p process) *cli {
	l := &cli{p: p, config: "config.toml"}
	l.root = &cobra.Command{
		Use: "bot <command>", Short: "Belltower announces incidents from chat, to every channel that subscribed, until they are over.",
		SilenceErrors: true, SilenceUsage: true, // run says them
	}
	l.root.CompletionOptions.DisableDefaultCmd = true // there is ours
	l.root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	l.root.SetArgs(append([]string{}, p.args...)) // of nil cobra makes those of the process
	l.root.SetIn(p.stdin)
	l.root.SetOut(p.stdout)
	l.root.SetErr(p.stderr)
	l.root.SetHelpFunc(func(at *cobra.Command, _ []string) { l.help(p.stdout, at) })
	l.root.SetHelpCommand(l.helpCommand())
	l.root.SetFlagErrorFunc(l.wrongFlag)
	flags := l.root.PersistentFlags()
	flags.VarP(text{&l.config, "FILE"}, "config", "c", "The configuration file.")
	flags.BoolP("help", "h", false, "Show this help.")
	must(l.root.MarkPersistentFlagFilename("config", "toml"))
	l.group(l.root,
		l.demo(), l.demoBot(), l.serve(), l.check(), l.do(), l.health(), l.backup(), l.restore(), l.rename(), l.export(), l.sorry(), l.manifest(),
		l.completion(), l.version())
	return l
}

// must is for what only a mistake in this file makes fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (l *cli) demo() *cobra.Command {
	does := demoCommand{Port: 8080}
	c := &cobra.Command{Use: "demo", Short: "Show Belltower in the browser: made-up campuses, no accounts, no configuration."}
	c.Flags().Var(port{&does.Port}, "port", "The port of the page; if it is taken, the next free one.")
	return l.verb(c, &does)
}

func (l *cli) demoBot() *cobra.Command {
	return l.verb(&cobra.Command{Use: "demo-bot", Hidden: true, Short: "The bot of the demo, which starts it."}, demoBotCommand{})
}

func (l *cli) serve() *cobra.Command {
	return l.verb(&cobra.Command{
		Use: "serve", Short: "Run the bot until SIGTERM or Ctrl-C; SIGHUP loads the configuration again.",
		Example: "bot serve --config /etc/belltower/config.toml",
	}, serveCommand{})
}

func (l *cli) check() *cobra.Command {
	var does checkCommand
	c := &cobra.Command{
		Use: "check", Short: "Say everything that is wrong with the configuration; exit status 1 if anything is.",
		Example: "bot check --online",
	}
	c.Flags().BoolVar(&does.Online, "online", false, "Ask the chat platforms too: tokens, scopes, the ops channel, channels that subscribe, people, clocks.")
	return l.verb(c, &does)
}

// do leaves all behind the first word to the command of the chat, flags too.
func (l *cli) do() *cobra.Command {
	var does doCommand
	c := &cobra.Command{
		Use: "do [flags] <line>...", Short: "Give one command to the running bot, as in chat: bot do 'incident declare learn down'.",
		Example: "bot do status\nbot do 'incident declare learn down | Nobody can log in.'\nbot do incident declare portal slow --next 45m",
	}
	c.Flags().SetInterspersed(false)
	return l.verb(c, &does, argument{name: "line", about: "The command as typed in chat, without the slash; its flags stand behind its first word.", take: rest(&does.Line)})
}

func (l *cli) health() *cobra.Command {
	return l.verb(&cobra.Command{Use: "health", Short: "Ask the running bot whether it is well; exit status 1 if not."}, healthCommand{})
}

func (l *cli) backup() *cobra.Command {
	var does backupCommand
	c := &cobra.Command{
		Use: "backup <file>", Short: "Write a copy of the record to a file, while the bot serves or not.",
		Example: "bot backup belltower-friday.db",
	}
	c.Flags().BoolVar(&does.Force, "force", false, "Replace the file if it is there.")
	return l.verb(c, &does, argument{name: "file", about: "The file to write (mode 0600).", take: one(&does.File), offer: fileNames})
}

func (l *cli) restore() *cobra.Command {
	var does restoreCommand
	return l.verb(&cobra.Command{
		Use: "restore <file>", Short: "Put a backup in the place of the record; the bot must be stopped. The record before is kept beside it.",
		Example: "bot restore belltower-friday.db",
	}, &does, argument{name: "file", about: "The backup.", take: one(&does.File), offer: fileNames})
}

func (l *cli) rename() *cobra.Command {
	var does renameConnection
	return l.group(&cobra.Command{Use: "rename <command>", Short: "Tell the record that a connection has another name; the bot must be stopped."},
		l.verb(&cobra.Command{
			Use:     "connection <old> <new>",
			Short:   "Give all that the record keeps of a connection to its new name. Stop the bot and change name in its [[slack]], [[teams]] or [[discord]] first.",
			Example: "bot rename connection amherst umass",
		}, &does,
			argument{name: "old", about: "The connection's name in the record.", take: one(&does.Old)},
			argument{name: "new", about: "Its name in the configuration now.", take: one(&does.New)}))
}

func (l *cli) export() *cobra.Command {
	return l.verb(&cobra.Command{
		Use: "export", Short: "Print what people may take with them, as JSON Lines: incidents, planned work, their public timelines, alerts, results of checks, subscriptions.",
		Example: "bot export > belltower.jsonl",
	}, exportCommand{})
}

func (l *cli) sorry() *cobra.Command {
	var does sorryCommand
	c := &cobra.Command{
		Use: "sorry <service> --nginx|--haproxy|--html|--errorfile", Short: "Print what a balancer needs to show the sorry page of a service.",
		Example: "bot sorry learn --nginx\nbot sorry learn --html > sorry.html",
	}
	flags := c.Flags()
	flags.BoolVar(&does.Nginx, "nginx", false, "What nginx needs.")
	flags.BoolVar(&does.HAProxy, "haproxy", false, "What HAProxy needs.")
	flags.BoolVar(&does.HTML, "html", false, "A copy of the page, for when the bot cannot be reached either.")
	flags.BoolVar(&does.Errorfile, "errorfile", false, "The same as a whole answer, for HAProxy's errorfile.")
	flags.Var(listensAt{&does.Bot}, "bot", "Where the balancer reaches the bot (default: this machine, port of http.listen).")
	oneOf(c, "nginx", "haproxy", "html", "errorfile")
	return l.verb(c, &does, argument{name: "service", about: "The id of a service with sorry_page = true.", take: one(&does.Service), offer: l.sorryServices})
}

// sorryServices are the services that have a sorry page.
func (l *cli) sorryServices() (ids []string, _ cobra.ShellCompDirective) {
	cfg, err := config.PageOutline(l.config, l.p.env)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, s := range cfg.Services {
		if s.SorryPage {
			ids = append(ids, string(s.ID))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func (l *cli) manifest() *cobra.Command {
	return l.group(&cobra.Command{Use: "manifest <command>", Short: "Print what a chat platform makes the app from."},
		l.manifestSlack(), l.manifestTeams(), l.manifestDiscord())
}

func (l *cli) manifestSlack() *cobra.Command {
	var does manifestSlack
	c := &cobra.Command{
		Use:     "slack",
		Short:   "Print what Slack makes the app from (Create New App, From a manifest); what each permission is for goes to standard error.",
		Example: "bot manifest slack > manifest.json",
	}
	c.Flags().BoolVar(&does.Socket, "socket", false, "For Socket Mode, where Slack needs no address of the bot (also if app_token is set).")
	c.Flags().Var(text{&does.Connection, "NAME"}, "connection", "The [[slack]] that it is for, where there are several.")
	return l.verb(c, &does)
}

func (l *cli) manifestTeams() *cobra.Command {
	does := manifestTeams{Output: "belltower-teams.zip", AppVersion: "1.0.0"}
	c := &cobra.Command{
		Use:     "teams",
		Short:   "Write the app package that Microsoft Teams installs the bot from; what to do with it goes to standard error.",
		Example: "bot manifest teams --app-version 1.0.1",
	}
	c.Flags().Var(text{&does.Output, "FILE"}, "output", "Where to write it.")
	c.Flags().Var(text{&does.AppVersion, "VERSION"}, "app-version", "The package's version: Teams takes a changed package only with a higher one.")
	c.Flags().Var(text{&does.Connection, "NAME"}, "connection", "The [[teams]] that it is for, where there are several.")
	must(c.MarkFlagFilename("output", "zip"))
	return l.verb(c, &does)
}

func (l *cli) manifestDiscord() *cobra.Command {
	var does manifestDiscord
	c := &cobra.Command{
		Use:   "discord",
		Short: "Print the address that adds the bot to a Discord server, and the commands that it tells Discord; what to do next goes to standard error.",
	}
	c.Flags().Var(text{&does.Connection, "NAME"}, "connection", "The [[discord]] that it is for, where there are several.")
	return l.verb(c, &does)
}

func (l *cli) completion() *cobra.Command {
	does := completionCommand{root: l.root}
	return l.verb(&cobra.Command{
		Use: "completion <shell>", Short: "Print a script that has a shell complete what is typed to the bot.",
		Example: "source <(bot completion bash)\n" +
			"bot completion bash > /etc/bash_completion.d/bot\n" +
			"bot completion zsh > \"${fpath[1]}/_bot\"\n" +
			"bot completion fish > ~/.config/fish/completions/bot.fish\n" +
			"bot completion powershell | Out-String | Invoke-Expression",
	}, &does, argument{
		name: "shell", about: strings.Join(shells(), ", ") + ".", take: one(&does.Shell, shells()...),
		offer: func() ([]string, cobra.ShellCompDirective) { return shells(), cobra.ShellCompDirectiveNoFileComp },
	})
}

func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

type completionCommand struct {
	root  *cobra.Command
	Shell string
}

// Run prints the script, which asks the bot itself for what may follow.
func (c completionCommand) Run(b bound) error {
	switch c.Shell {
	case "bash":
		return c.root.GenBashCompletionV2(b.p.stdout, true)
	case "zsh":
		return c.root.GenZshCompletion(b.p.stdout)
	case "fish":
		return c.root.GenFishCompletion(b.p.stdout, true)
	default:
		return c.root.GenPowerShellCompletionWithDesc(b.p.stdout)
	}
}

func (l *cli) version() *cobra.Command {
	return l.verb(&cobra.Command{Use: "version", Short: "Print the version."}, versionCommand{})
}

// helpCommand is --help for who types help in front.
func (l *cli) helpCommand() *cobra.Command {
	c := &cobra.Command{Use: "help [command]", Hidden: true, Short: "Show the help of a command."}
	c.RunE = func(_ *cobra.Command, words []string) error {
		at, left, err := l.root.Find(words)
		switch {
		case err != nil:
			return wrong(c, "%w", err)
		case at.HasSubCommands() && len(left) > 0:
			return l.unknownCommand(at, left[0])
		}
		at.InitDefaultHelpFlag() // else it does not have those of all commands yet
		return at.Help()
	}
	c.Args = cobra.ArbitraryArgs
	c.ValidArgsFunction = func(_ *cobra.Command, words []string, begun string) ([]string, cobra.ShellCompDirective) {
		at, _, err := l.root.Find(words)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return starting(begun, visible(at)), cobra.ShellCompDirectiveNoFileComp
	}
	return c
}
