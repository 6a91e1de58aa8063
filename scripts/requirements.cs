// Writes docs/requirements.md from a test run: dotnet run scripts/requirements.cs -- RESULTS-FOLDER
// A row for each id of docs/requirement-ids.txt: pass if every test that carries it passed and at least one ran, fail if one failed, none if none ran.
// Prints the totals of the run last, in the form that the gate ends with. Exit code 1 if a test failed or none ran.
using System.Text.RegularExpressions;
using System.Xml.Linq;

XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
var results = args.Length == 1 ? args[0] : throw new ArgumentException("usage: requirements.cs RESULTS-FOLDER");
var byRequirement = new Dictionary<string, List<(string Test, string Outcome)>>();
int passed = 0, failed = 0, skipped = 0;

// The test log does not carry traits, so the claims are read where they stand: [Requirement("4.7")] above a test method.
var claims = new Dictionary<string, HashSet<string>>();
foreach (var source in Directory.EnumerateFiles("tests", "*.cs", SearchOption.AllDirectories))
{
    var pending = new List<string>();
    var prefix = "";
    var type = "";
    foreach (var line in File.ReadLines(source))
    {
        if (Regex.Match(line, @"^namespace ([\w.]+);") is { Success: true } space) prefix = space.Groups[1].Value;
        if (Regex.Match(line, @"\bclass (\w+)") is { Success: true } declared) type = declared.Groups[1].Value;
        pending.AddRange(Regex.Matches(line, @"Requirement\(""([^""]+)""\)").Select(match => match.Groups[1].Value));
        if (pending.Count == 0 || Regex.Match(line, @"^\s+public .*?(\w+)\(") is not { Success: true } method) continue;
        var name = $"{prefix}.{type}.{method.Groups[1].Value}";
        if (!claims.TryGetValue(name, out var ids)) claims[name] = ids = [];
        ids.UnionWith(pending);
        pending.Clear();
    }
}

foreach (var file in Directory.EnumerateFiles(results, "*.trx"))
{
    var run = XDocument.Load(file);
    var outcomes = run.Descendants(trx + "UnitTestResult")
        .GroupBy(result => (string)result.Attribute("testId")!)
        .ToDictionary(group => group.Key, group => group.Select(result => (string?)result.Attribute("outcome") ?? "").ToList());
    foreach (var outcome in outcomes.Values.SelectMany(all => all))
    {
        if (outcome == "Passed") passed++;
        else if (outcome == "NotExecuted") skipped++;
        else failed++;
    }

    foreach (var test in run.Descendants(trx + "UnitTest"))
    {
        var method = test.Element(trx + "TestMethod")!;
        var type = (string)method.Attribute("className")!;
        var name = $"{type}.{((string)method.Attribute("name")!).Split('(')[0].Split('.')[^1]}";
        foreach (var id in claims.GetValueOrDefault(name, []))
        {
            if (!byRequirement.TryGetValue(id, out var tests)) byRequirement[id] = tests = [];
            tests.AddRange(outcomes.GetValueOrDefault((string)test.Attribute("id")!, []).Select(outcome => (name, outcome)));
        }
    }

    // A test host that died takes its tests with it, and says so only here.
    if (run.Descendants(trx + "ResultSummary").Any(summary => (string?)summary.Attribute("outcome") == "Failed") && !outcomes.Values.Any(all => all.Contains("Failed")))
    {
        Console.WriteLine($"{Path.GetFileName(file)}: the run failed outside of its tests");
        failed++;
    }
}

var ordered = File.ReadAllLines("docs/requirement-ids.txt").Where(line => line.Length > 0).ToList();
foreach (var unknown in byRequirement.Keys.Except(ordered))
{
    Console.WriteLine($"a test carries {unknown}, which docs/requirement-ids.txt does not hold");
    failed++;
}

using (var page = new StreamWriter("docs/requirements.md") { NewLine = "\n" })
{
    page.WriteLine("# Requirements of ETSI TS 102 689, and the tests that show them");
    page.WriteLine();
    page.WriteLine("Generated from a test run by `.ci/run`; not to be edited. `none`: no test carries the id yet, so nothing is claimed.");
    page.WriteLine();
    page.WriteLine("| id | verdict | tests |");
    page.WriteLine("|---|---|---|");
    foreach (var id in ordered)
    {
        var tests = byRequirement.GetValueOrDefault(id, []);
        var ran = tests.Where(test => test.Outcome != "NotExecuted").ToList();
        var verdict = ran.Count == 0 ? "none" : ran.TrueForAll(test => test.Outcome == "Passed") ? "pass" : "fail";
        var names = tests.Select(test => string.Join('.', test.Test.Split('.')[^2..])).Distinct().Order(StringComparer.Ordinal);
        page.WriteLine($"| {id} | {verdict} | {string.Join(", ", names)} |");
    }
}

Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 && passed > 0 ? 0 : 1;
