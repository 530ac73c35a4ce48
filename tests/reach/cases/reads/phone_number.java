// shows: the own phone number
// manifest: {launcher: Main}
// hit: [phone_number@TelephonyManager.getLine1Number before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    TelephonyManager phone = (TelephonyManager) getSystemService("phone");

    String number = phone.getLine1Number();                     // hit
    int kind = phone.getPhoneType();                            // miss
  }
}
