// shows: a lambda left as invoke-custom, as dx and old builds do: who calls it is not followed, so that it is doubtful
// sdk: 26
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > dispatch Main.lambda$onCreate$0]
// miss: [serial present = Main.lambda$nobody$0]

class Main extends Activity {
  protected void onCreate(Bundle state) {                       // hit
  void nobody() {                                               // miss
    Runnable work = () -> { String id = SERIAL; };
    new Handler().post(work);
  }
}
