// shows: a message sent to a Handler arrives in handleMessage
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Box.handleMessage]
// miss: [serial present = Box.handleMessage]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Box box = new Box();
    box.sendEmptyMessage(1);                                    // hit
    box.removeMessages(1);                                      // miss
  }
}
class Box extends Handler {
  public void handleMessage(Message message) { String id = SERIAL; }
}
