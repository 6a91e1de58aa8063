using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Sms;

/// <summary>Hands short messages to the SMSC within the window, and again when it was throttled.</summary>
internal sealed class SmsSubmitter(SmsSession session, SmsWindow window, SmsMetrics metrics)
{
    /// <param name="intent">Awaited once there is a place in the window, before anything is sent; false: nothing is to be sent.</param>
    /// <param name="patience">Cancelled when it is too late to begin.</param>
    public async ValueTask<SmsSubmission> SubmitAsync(SmppShortMessage message, Func<ValueTask<bool>>? intent, CancellationToken patience)
    {
        while (true)
        {
            try
            {
                await window.EnterAsync(patience);
            }
            catch (OperationCanceledException)
            {
                return Count(new(SmsSubmissionKind.NotSent), "not-sent");
            }

            var throttled = false;
            try
            {
                if (intent is not null && !await intent()) return Count(new(SmsSubmissionKind.NotWanted), "not-sent");
                intent = null;
                var answer = await session.AskAsync(SmppCommand.SubmitSm, message);
                switch (answer.Status)
                {
                    case SmppStatus.Ok when answer.Body is SmppMessageAnswer { MessageId: var id }:
                        return Count(new(SmsSubmissionKind.Accepted, id), "accepted");
                    case SmppStatus.Throttled or SmppStatus.MessageQueueFull:
                        throttled = true;
                        metrics.Submitted("throttled");
                        break;
                    default:
                        return Count(new(SmsSubmissionKind.Refused, Status: answer.Status), "refused");
                }
            }
            catch (Exception refused) when (refused is SmppClosedException || SmsSettler.IsTransient(refused) && intent is not null)
            {
                return Count(new(SmsSubmissionKind.NotSent), "not-sent");
            }
            catch (Exception unheard) when (unheard is TimeoutException or IOException)
            {
                return Count(new(SmsSubmissionKind.Unknown), "unknown");
            }
            finally
            {
                window.Leave(throttled);
            }
        }
    }

    private SmsSubmission Count(SmsSubmission submission, string result)
    {
        metrics.Submitted(result);
        return submission;
    }
}
