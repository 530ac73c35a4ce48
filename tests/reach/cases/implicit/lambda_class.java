// shows: the shape that d8 gives a lambda, a class of its own that calls a method of the activity
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Main$$ExternalSyntheticLambda0.run > Main.lambda$onCreate$0]
// miss: [serial reachable = launcher Main.onBackPressed > scheduled Main$$ExternalSyntheticLambda0.run > Main.lambda$onCreate$0]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    new Handler().post(new Main$$ExternalSyntheticLambda0(this));
  }
  void lambda$onCreate$0() { String id = SERIAL; }
}
final class Main$$ExternalSyntheticLambda0 implements Runnable {
  final Main f$0;
  Main$$ExternalSyntheticLambda0(Main main) { f$0 = main; }
  public void run() { f$0.lambda$onCreate$0(); }
}
