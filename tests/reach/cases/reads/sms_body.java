// shows: the text of a message
// manifest: {launcher: Main}
// hit: [sms@SmsMessage.getMessageBody before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    SmsMessage message = (SmsMessage) getIntent().getExtras().get("message");
    String text = message.getMessageBody();                     // hit
    int status = message.getStatus();                           // miss
  }
}
