// shows: the number of the SIM card
// manifest: {launcher: Main}
// hit: [device.iccid@SubscriptionInfo.getIccId before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    SubscriptionInfo card = (SubscriptionInfo) getIntent().getParcelableExtra("card");
    String number = card.getIccId();                            // hit
    int slot = card.getSimSlotIndex();                          // miss
  }
}
