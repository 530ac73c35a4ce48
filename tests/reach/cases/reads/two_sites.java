// shows: two reads in one method are one row with two sites
// manifest: {launcher: Main}
// hit: [phone_number@TelephonyManager.getLine1Number x2 before_consent = launcher Main.onCreate]
// miss: [phone_number@TelephonyManager.getLine1Number before_consent = launcher Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    TelephonyManager phone = (TelephonyManager) getSystemService("phone");

    String number = phone.getLine1Number();
    String again = phone.getLine1Number();                      // hit
  }
}
