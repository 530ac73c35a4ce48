// shows: launch runs the body of the coroutine, which Kotlin puts into invokeSuspend
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Load.invokeSuspend]
// miss: [serial reachable = launcher Main.onBackPressed > scheduled Load.invokeSuspend]

import kotlin.coroutines.*; import kotlin.coroutines.jvm.internal.SuspendLambda;
import kotlin.jvm.functions.Function2; import kotlinx.coroutines.*;
class Main extends Activity implements CoroutineScope {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    BuildersKt.launch$default(this, null, null, new Load(null), 3, null);
  }
}
final class Load extends SuspendLambda implements Function2<Object, Object, Object> {
  Load(Continuation completion) { super(2, completion); }
  public Continuation create(Object value, Continuation completion) { return new Load(completion); }
  public Object invoke(Object scope, Object completion) { return ((Load) create(scope, (Continuation) completion)).invokeSuspend(null); }
  public Object invokeSuspend(Object result) { String id = SERIAL; return null; }
}
