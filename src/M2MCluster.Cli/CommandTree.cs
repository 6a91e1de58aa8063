using System.CommandLine;
using M2MCluster.Cli.Commands;
using M2MCluster.Cli.Load;
using M2MCluster.Cli.Replay;
using M2MCluster.Cli.Sim;
using M2MCluster.Cli.Sms;
using M2MCluster.Cli.Storm;

namespace M2MCluster.Cli;

/// <summary>All commands of <c>m2m</c>.</summary>
internal static class CommandTree
{
    public static RootCommand Create(TimeProvider time)
    {
        var globals = new GlobalOptions(time);
        var root = new RootCommand("Operates, simulates and measures an M2MCluster.")
        {
            ObjectCommands.Create(globals),
            AppCommands.Create(globals),
            GroupCommands.Create(globals),
            CampaignCommands.Create(globals),
            TaskCommands.Create(globals),
            SendCommand.Create(globals),
            ExplainCommand.Create(globals),
            PathCommand.Create(globals),
            ClassesCommand.Create(globals),
            PlanCommand.Create(globals),
            WatchCommand.Create(globals),
            ClusterCommand.Create(globals),
            SmsCommands.Create(globals, time),
            AnswerCommand.Create(time),
            SimCommand.Create(globals),
            ReplayCommand.Create(globals),
            LoadCommand.Create(globals),
            StormCommand.Create(globals),
        };
        globals.AddTo(root);
        return root;
    }
}
